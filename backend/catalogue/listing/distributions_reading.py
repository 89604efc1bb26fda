"""Reading the statistics that PostgreSQL keeps of the columns and expressions that a collection is sorted by."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from cachetools import TTLCache
from sqlalchemy import Enum

from catalogue.db.reading import ReadSession
from catalogue.db.statements import Statement
from catalogue.listing.declaration import Collection, Sort
from catalogue.listing.distributions import Distribution, distribution
from catalogue.listing.keys import typed_key

LIFETIME_S = 600
MAX_COLLECTIONS = 100
_STATISTICS = """
SELECT described.expression, array_to_json(stats.most_common_vals)::text, stats.most_common_freqs,
  array_to_json(stats.histogram_bounds)::text
FROM pg_class AS listed
JOIN LATERAL (
  SELECT listed.oid AS relation, attname, attname::text AS expression
  FROM pg_attribute WHERE attrelid = listed.oid AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT indexrelid, attname, lower(pg_get_indexdef(indexrelid, attnum, true))
  FROM pg_index JOIN pg_attribute ON attrelid = indexrelid
  WHERE indrelid = listed.oid AND indkey[attnum - 1] = 0
) AS described ON true
JOIN pg_class AS holder ON holder.oid = described.relation
JOIN pg_stats AS stats ON stats.schemaname = listed.relnamespace::regnamespace::text
  AND stats.tablename = holder.relname AND stats.attname = described.attname
WHERE listed.oid = to_regclass($1) AND described.expression = ANY($2)
"""


class Distributions:
    """What one worker knows of how sort keys are spread; read anew when it is ten minutes old."""

    def __init__(self, reader: ReadSession) -> None:
        self._reader = reader
        self._known: TTLCache[str, Mapping[str, Distribution]] = TTLCache(MAX_COLLECTIONS, LIFETIME_S)

    async def of(self, collection: Collection) -> Mapping[str, Distribution]:
        """By the name of a sort; without those that were never analysed. Raises Unavailable."""
        known = self._known.get(collection.name)
        if known is None:
            expressions = {_expression(collection, declared): declared for declared in collection.sorts}
            asked = {"table": collection.model.__tablename__, "expressions": list(expressions)}
            rows = await self._reader.rows(Statement(_STATISTICS, ("table", "expressions"), {}), asked)
            found = {
                expressions[row[0]].name: _described(expressions[row[0]], tuple(row)[1:]) for row in rows
            }
            known = {name: spread for name, spread in found.items() if spread is not None}
            self._known[collection.name] = known
        return known


def _described(declared: Sort, row: Sequence[Any]) -> Distribution | None:
    common, shares, bounds = row
    values, limits = (_typed(declared, orjson.loads(text or b"[]")) for text in (common, bounds))
    kind = declared.expression.type
    order = {name: number for number, name in enumerate(kind.enums)} if isinstance(kind, Enum) else None
    return distribution(list(zip(values, shares or (), strict=True)), limits, order)


def _typed(declared: Sort, values: Sequence[object]) -> list[object]:
    return [typed_key(value, declared.expression.type.python_type) for value in values]


@lru_cache
def _expression(collection: Collection, declared: Sort) -> str:
    """As PostgreSQL writes the expression of an index, in lower case."""
    return str(declared.expression).lower().replace(f"{collection.model.__tablename__}.", "")
