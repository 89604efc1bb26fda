"""A valid request for a page of a list, and what is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Literal

import orjson

from catalogue.listing.common_order import common_sort
from catalogue.listing.declaration import Collection, Sort
from catalogue.listing.search_text import SearchText

Count = Literal["auto", "exact", "none"]
SortKeys = tuple[tuple[Sort, bool], ...]
FilterShape = tuple[tuple[str, bool], ...]
SortShape = tuple[tuple[str, bool], ...]
_DIGEST_BYTES = 9


@dataclass(frozen=True)
class ListRequest:
    """A valid request. `sort` pairs each key with whether it descends; the last key is always `id`.

    What is derived from it is worked out once: a request that was parsed lately is answered again as it is.
    """

    collection: Collection
    filters: dict[str, tuple[object, ...]]
    sort: SortKeys
    fields: tuple[str, ...]
    limit: int
    offset: int | None
    cursor: str | None
    count: Count
    facets: tuple[str, ...] = ()
    typed_before: "ListRequest | None" = None
    """The request as it was asked, before its search was looked up."""

    @cached_property
    def bound_values(self) -> Mapping[str, object]:
        """Each filter's value under its parameter name, prepared for PostgreSQL."""
        bound: dict[str, object] = {}
        for name, parsed in self.filters.items():
            declared = self.collection.filter_by_name[name]
            if declared.prepare is not None:
                bound.update(declared.prepare(parsed[0]) or {})
            else:
                bound[name] = parsed[0] if len(parsed) == 1 else list(parsed)
        return bound

    @cached_property
    def search(self) -> SearchText | None:
        """What `q` looks for, once the vocabulary has been asked."""
        if (searched := self.collection.searched) is None:
            return None
        for declared in (searched, searched.common):
            if declared is not None and isinstance(
                found := self.filters.get(declared.name, ("",))[0], SearchText
            ):
                return found
        return None

    @property
    def typed_search(self) -> str | None:
        """What was typed into `q`, as long as the vocabulary has not been asked."""
        searched = self.collection.searched
        typed = None if searched is None else self.filters.get(searched.name, (None,))[0]
        return typed if isinstance(typed, str) else None

    def searching(self, search: SearchText) -> "ListRequest":
        """The same request with its `q` looked up in the vocabulary, in the order that goes with it."""
        searched = self.collection.searched
        if searched is None:
            return self
        common = searched.common if search.common else None
        names = {searched.name, "" if searched.common is None else searched.common.name}
        filters: dict[str, tuple[object, ...]] = {
            name: found for name, found in self.filters.items() if name not in names
        }
        filters[(common or searched).name] = (search,)
        sort = self.sort if common is None else common_sort(self.collection, self.sort)
        return replace(self, filters=filters, sort=sort, typed_before=self.typed_before or self)

    @cached_property
    def sort_text(self) -> str:
        """The sort as it is written in a query."""
        return ",".join(f"-{sort.name}" if descending else sort.name for sort, descending in self.sort)

    @cached_property
    def filter_shape(self) -> FilterShape:
        """Which filters are present, and which of them with several values."""
        return tuple((name, len(found) > 1) for name, found in self.filters.items())

    @cached_property
    def sort_shape(self) -> SortShape:
        """The sort by name, each with whether it descends."""
        return tuple((declared.name, descending) for declared, descending in self.sort)

    @property
    def is_downward(self) -> bool:
        """Whether the first sort key descends."""
        return bool(self.sort) and self.sort[0][1]

    @property
    def upward(self) -> "ListRequest":
        """The list from its other end where this one is downward: what is known of one of them is known of both."""
        return self._mirrored if self.is_downward else self

    @cached_property
    def _mirrored(self) -> "ListRequest":
        return replace(self, sort=tuple((sort, not descending) for sort, descending in self.sort))

    @cached_property
    def filters_digest(self) -> str:
        """A short digest of the collection and its filters, in any order."""
        named = [[name, sorted(map(str, found))] for name, found in sorted(self.filters.items())]
        described = orjson.dumps([self.collection.name, named])
        return blake2b(described, digest_size=_DIGEST_BYTES).hexdigest()

    @cached_property
    def digest(self) -> str:
        """A short digest of the collection, its filters (in any order) and its sort: of the list that is paged through."""
        return blake2b((self.filters_digest + self.sort_text).encode(), digest_size=_DIGEST_BYTES).hexdigest()
