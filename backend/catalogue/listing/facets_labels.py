"""Labels of facet values that have a table of their own (categories, brands, terminals), remembered for a while."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import select

from catalogue.db.reading import ReadSession
from catalogue.db.statements import compile_statement
from catalogue.listing.facets import Facet, ValueFacet

LIFETIME_S = 60.0
PAUSE_S = 1.0
"""An unknown value has its table read again, but not more often than this."""

MAX_LABELS = 100_000


@dataclass(frozen=True, slots=True)
class _Read:
    labels: Mapping[object, str]
    at: float


class Labels:
    """The labels one worker knows. A renamed value shows its new label within a minute, a new one at once."""

    def __init__(self, reader: ReadSession) -> None:
        self._reader = reader
        self._known: dict[str, _Read] = {}
        self._forgotten = 0

    def forget(self) -> None:
        """Read all labels again: some have changed."""
        self._known.clear()
        self._forgotten += 1

    async def of(self, facet: Facet, values: Iterable[object]) -> Mapping[object, str]:
        """Labels of a facet's values, those that have one. Raises Unavailable."""
        if not isinstance(facet, ValueFacet) or facet.labels is None:
            return {}
        name = str(facet.labels[0])
        known = self._known.get(name)
        age_s = PAUSE_S if known is None else monotonic() - known.at
        if known is None or age_s > LIFETIME_S or (age_s >= PAUSE_S and _misses(known, values)):
            statement = compile_statement(select(*facet.labels).limit(MAX_LABELS))
            forgotten = self._forgotten
            rows = await self._reader.rows(statement)
            known = _Read(dict(map(tuple, rows)), monotonic())
            if forgotten == self._forgotten:
                self._known[name] = known
        return known.labels


def _misses(known: _Read, values: Iterable[object]) -> bool:
    return any(value not in known.labels for value in values)
