"""Which changes concern a filtered list: by tags where the filter is one, else by the rows as they are now."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from catalogue.changes.change import TAGS, Change
from catalogue.db.reading import ReadSession
from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import conditions
from catalogue.listing.declaration import Collection
from catalogue.listing.list_request import FilterShape, ListRequest

_TAG_OF_FILTER = {"ids": "id"}


class ChangeMatcher:
    """Holds changes against the filters of one dataset."""

    def __init__(self, asked: ListRequest, reader: ReadSession) -> None:
        self._reader = reader
        self._asked = asked
        known = TAGS[asked.collection.name]
        named = {name: _TAG_OF_FILTER.get(name, name) for name in asked.filters}
        self._tags = tuple(
            frozenset(f"{tag}={value}" for value in asked.filters[name])
            for name, tag in named.items()
            if tag in known
        )
        self._needs_rows = any(tag not in known for tag in named.values())

    async def matching(self, changes: Sequence[Change]) -> list[Change]:
        """Those changes that may concern the list, with the ids that do; one query at the most.

        A change without ids, and a deletion, concern it as far as their tags tell.
        """
        found = [change for change in changes if self._touches(change)]
        rows = {number for change in found if _is_by_row(change) for number in change.ids or ()}
        if not self._needs_rows or not rows:
            return found
        values = {**self._asked.bound_values, "changed_ids": sorted(rows)}
        statement = _matching_rows(self._asked.collection, self._asked.filter_shape)
        matched = {row[0] for row in await self._reader.rows(statement, values)}
        kept = (_only(change, matched) if _is_by_row(change) else change for change in found)
        return [change for change in kept if change is not None]

    def _touches(self, change: Change) -> bool:
        return change.tags is None or all(not wanted.isdisjoint(change.tags) for wanted in self._tags)


def _is_by_row(change: Change) -> bool:
    return change.ids is not None and change.operation != "delete"


def _only(change: Change, matched: set[int]) -> Change | None:
    ids = tuple(number for number in change.ids or () if number in matched)
    return replace(change, ids=ids) if ids else None


@lru_cache(maxsize=200)
def _matching_rows(collection: Collection, shape: FilterShape) -> Statement:
    changed = bindparam("changed_ids", type_=ARRAY(BigInteger))
    identity = collection.column("id")
    return compile_statement(
        select(identity).where(identity == any_(changed), *conditions(collection, shape))
    )
