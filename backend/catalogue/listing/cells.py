"""The summary of a table: how many rows fall in each cell of its facets, kept exact by the database.

Three tables belong to a summary. Triggers append to `deltas` what each statement changed, so that writers never
wait for each other; a fold adds the deltas to `cells` and notes in `folds` what it added; `cell_versions` holds
one row a collection. What counts at any moment is cells + deltas, read in one snapshot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Identity,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

from catalogue.db.base import Base, SortableText

VERSIONS = Table(
    "cell_versions",
    Base.metadata,
    Column("collection", SortableText, primary_key=True),
    Column("base_version", BigInteger, nullable=False),
    Column("kept_from", BigInteger, nullable=False),
    Column("folded_to", BigInteger, nullable=False),
    Column("bound_id", BigInteger, nullable=False),
    Column("bound_transaction", Text, nullable=False),
)
"""`base_version` rises with each fold; `folds` holds every later version than `kept_from`; no delta up to
`folded_to` is waiting. The bound is the next candidate for `folded_to` (see `catalogue_fold_cells`)."""


@dataclass(frozen=True, eq=False)
class CellTables:
    """The tables of one summary. `measures` are sums over the rows of a cell; `scales` makes them whole numbers."""

    collection: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    scales: tuple[int, ...]
    cells: Table
    deltas: Table
    folds: Table

    def epoch(self) -> ColumnElement[str]:
        """A scalar that differs between any two contents of the summarised table."""
        waiting = (
            select(func.count())
            .select_from(self.deltas)
            .where(self.deltas.c.id > VERSIONS.c.folded_to)
            .correlate(VERSIONS)
            .scalar_subquery()
        )
        version = func.concat(VERSIONS.c.base_version, ".", waiting, type_=Text())
        return select(version).where(VERSIONS.c.collection == self.collection).scalar_subquery()


def cell_tables(
    collection: str,
    prefix: str,
    *,
    dimensions: Sequence[tuple[str, TypeEngine[Any]]],
    measures: Sequence[tuple[str, TypeEngine[Any]]] = (),
    metadata: MetaData = Base.metadata,
) -> CellTables:
    """Declare `<prefix>_cells`, `<prefix>_cell_deltas` and `<prefix>_cell_folds`; no dimension may be null.

    `collection` is the name of the summarised table.
    """

    def columns(*, key: bool) -> list[Column[Any]]:
        sums = [("count", BigInteger()), *((f"{name}_sum", kind) for name, kind in measures)]
        return [
            *(Column(name, kind, primary_key=key, nullable=False) for name, kind in dimensions),
            *(Column(name, kind, nullable=False) for name, kind in sums),
        ]

    number = Column("id", BigInteger, Identity(always=True), primary_key=True)
    version = Column("version", BigInteger, primary_key=True)
    return CellTables(
        collection=collection,
        dimensions=tuple(name for name, _ in dimensions),
        measures=tuple(name for name, _ in measures),
        scales=tuple(100 if isinstance(kind, Numeric) else 1 for _, kind in measures),
        cells=Table(f"{prefix}_cells", metadata, *columns(key=True)),
        deltas=Table(f"{prefix}_cell_deltas", metadata, number, *columns(key=False)),
        folds=Table(f"{prefix}_cell_folds", metadata, version, *columns(key=True)),
    )


AMOUNT = Numeric()
"""A sum of money or weight: two decimals, any size."""

STEP = Integer()
"""The number of a range, counted from 0."""
