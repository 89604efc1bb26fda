"""The SQL that brings cells into memory, and that lets one statement answer beside another."""

import re
from functools import lru_cache

from catalogue.db.statements import Statement
from catalogue.listing.cells import CellTables

MAX_CELLS = 1_000_000
"""More cells than this are not held in memory: the facets of such a table are too fine to be a summary."""

_PLACEHOLDER = re.compile(r"\$(\d+)")


def load_statement(tables: CellTables) -> Statement:
    """Every cell in one row: version, number of cells, values of each dimension, packed codes, packed sums."""
    return Statement(_load_sql(tables), (), {})


def moment_statement(tables: CellTables) -> Statement:
    """One JSON text: version, number of waiting deltas, and what changed after `known_version`/`known_waiting`.

    No row when the summary was never filled. The cells that were folded since are null when the summary no longer
    has them; both lists are null when nothing changed.
    """
    return Statement(_moment_sql(tables), ("known_version", "known_waiting"), {})


def beside(page: Statement, companion: Statement) -> Statement:
    """Both in one statement, hence one snapshot: a column more, which holds the companion's scalar in the first row.

    There is always a first row: where the page is empty, its other columns are null.
    """
    return Statement(
        _beside_sql(page.sql, companion.sql, len(page.names)),
        (*page.names, *(_own(name, companion) for name in companion.names)),
        {**page.constants, **{_own(name, companion): value for name, value in companion.constants.items()}},
    )


def _own(name: str, companion: Statement) -> str:
    """Constants are numbered by each statement for itself, so the companion's get names of their own."""
    return f"beside_{name}" if name in companion.constants else name


@lru_cache(maxsize=4_000)
def _beside_sql(page: str, companion: str, shift: int) -> str:
    shifted = _PLACEHOLDER.sub(lambda found: f"${int(found[1]) + shift}", companion)
    return (
        f"SELECT page.*, CASE WHEN row_number() OVER () = 1 THEN ({shifted}) END AS beside"  # noqa: S608 - statements of our own
        f" FROM (SELECT) AS always LEFT JOIN ({page}) AS page ON true"
    )


@lru_cache
def _moment_sql(tables: CellTables) -> str:
    columns = ", ".join((*tables.dimensions, "count", *_scaled(tables)))
    rows = f"coalesce(json_agg(json_build_array({columns})), '[]')"
    changed = "(held.base_version, waiting.size) IS DISTINCT FROM ($1::bigint, $2::bigint)"
    return f"""
    SELECT json_build_array(held.base_version, waiting.size,
      CASE WHEN held.base_version <> $1::bigint AND held.kept_from <= $1::bigint
        THEN (SELECT {rows} FROM {tables.folds.name} WHERE version > $1::bigint) END,
      CASE WHEN {changed}
        THEN (SELECT {rows} FROM {tables.deltas.name} WHERE id > held.folded_to) END
    )::text
    FROM cell_versions AS held
    CROSS JOIN LATERAL (SELECT count(*) AS size FROM {tables.deltas.name} WHERE id > held.folded_to) AS waiting
    WHERE held.collection = '{tables.collection}'"""  # noqa: S608 - declared names


@lru_cache
def _load_sql(tables: CellTables) -> str:
    cells = tables.cells.name
    books = ", ".join(
        f"book_{number} AS (SELECT value, (row_number() OVER () - 1)::integer AS code"  # noqa: S608 - declared names
        f" FROM (SELECT DISTINCT {name} AS value FROM {cells}) AS found)"
        for number, name in enumerate(tables.dimensions)
    )
    joins = " ".join(
        f"JOIN book_{number} ON book_{number}.value = cell.{name}"
        for number, name in enumerate(tables.dimensions)
    )
    numbers = range(len(tables.dimensions))
    values = [f"(SELECT json_agg(value ORDER BY code)::text FROM book_{number})" for number in numbers]  # noqa: S608 - as above
    codes = [f"string_agg(int4send(book_{number}.code), '') AS codes_{number}" for number in numbers]
    sums = [
        f"string_agg(float8send(({amount})::double precision), '') AS sums_{number}"
        for number, amount in enumerate(("count", *_scaled(tables)))
    ]
    return f"""
    WITH {books}
    SELECT held.base_version, packed.size, {", ".join(values)}, {", ".join(f"codes_{number}" for number in numbers)},
      {", ".join(f"sums_{number}" for number in range(len(sums)))}
    FROM cell_versions AS held
    CROSS JOIN LATERAL (SELECT count(*) AS size, {", ".join([*codes, *sums])} FROM {cells} AS cell {joins}) AS packed
    WHERE held.collection = '{tables.collection}' AND (SELECT count(*) FROM {cells}) <= {MAX_CELLS}"""  # noqa: S608 - declared names


def _scaled(tables: CellTables) -> tuple[str, ...]:
    return tuple(
        f"{name}_sum" if scale == 1 else f"{name}_sum * {scale}"
        for name, scale in zip(tables.measures, tables.scales, strict=True)
    )
