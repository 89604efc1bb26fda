"""The summary of a table as the database keeps it: tables, triggers, fold and rebuild. Never edit, only add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

KEPT_FOLDS = 64
LARGE_FOLD = 5_000


@dataclass(frozen=True)
class Summary:
    """`dimensions` and `measures` map a column of the summary to its type and to the expression over a row."""

    table: str
    prefix: str
    dimensions: Mapping[str, tuple[TypeEngine[Any], str]]
    measures: Mapping[str, tuple[TypeEngine[Any], str]]

    @property
    def keys(self) -> str:
        return ", ".join(self.dimensions)

    @property
    def sums(self) -> tuple[str, ...]:
        return ("count", *self.measures)

    @property
    def columns(self) -> str:
        return ", ".join((self.keys, *self.sums))

    @property
    def total(self) -> str:
        """The aggregates over rows that have the summary's own columns."""
        return ", ".join(f"sum({name}) AS {name}" for name in self.sums)

    def rows(self, source: str, *, sign: str = "") -> str:
        """One row of the summary for each row of `source`, which has the columns of the table."""
        dimensions = [f"{expression} AS {name}" for name, (_, expression) in self.dimensions.items()]
        measures = [f"{sign}{expression} AS {name}" for name, (_, expression) in self.measures.items()]
        return f"SELECT {', '.join([*dimensions, f'{sign}1 AS count', *measures])} FROM {source}"  # noqa: S608 - our own names

    def any_sum(self, condition: str) -> str:
        return " OR ".join(f"{name} {condition}" for name in (f"sum({name})" for name in self.sums))


def create_versions() -> None:
    """The table and the functions that all summaries share."""
    op.create_table(
        "cell_versions",
        sa.Column("collection", sa.Text(collation="C"), primary_key=True),
        sa.Column("base_version", sa.BigInteger(), nullable=False),
        sa.Column("kept_from", sa.BigInteger(), nullable=False),
        sa.Column("folded_to", sa.BigInteger(), nullable=False),
        sa.Column("bound_id", sa.BigInteger(), nullable=False),
        sa.Column("bound_transaction", sa.Text(), nullable=False),
    )
    for name, arguments, passed in (
        ("catalogue_fold_cells", "collection text, at_least integer DEFAULT 1", "at_least"),
        ("catalogue_rebuild_cells", "collection text", ""),
    ):
        call = "'SELECT %I($1)'" if passed else "'SELECT %I()'"
        using = f" USING {passed}" if passed else ""
        op.execute(
            f"CREATE FUNCTION {name}({arguments}) RETURNS bigint LANGUAGE plpgsql AS $$"
            f" DECLARE answer bigint; BEGIN"
            f" EXECUTE format({call}, '{name}_of_' || collection) INTO answer{using};"
            f" RETURN answer; END $$"
        )


def drop_versions() -> None:
    op.execute("DROP FUNCTION catalogue_fold_cells(text, integer)")
    op.execute("DROP FUNCTION catalogue_rebuild_cells(text)")
    op.drop_table("cell_versions")


def create_summary(summary: Summary) -> None:
    """Tables, functions and triggers of one summary, filled from the rows that are there.

    Writers of the table wait until the migration has ended; readers do not.
    """
    _create_tables(summary)
    op.execute(_FOLD.format(**_names(summary)))
    op.execute(_REBUILD.format(**_names(summary)))
    for event, changes in _changes(summary).items():
        op.execute(_COUNT.format(event=event, changes=changes, **_names(summary)))
    for event, transition in _TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER count_cells_{event} AFTER {event} ON {summary.table} {transition}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION catalogue_count_{summary.table}_{event}()"
        )
    op.execute(f"SELECT catalogue_rebuild_cells('{summary.table}')")


def drop_summary(summary: Summary) -> None:
    for event in _TRANSITIONS:
        op.execute(f"DROP TRIGGER count_cells_{event} ON {summary.table}")
        op.execute(f"DROP FUNCTION catalogue_count_{summary.table}_{event}()")
    op.execute(f"DROP FUNCTION catalogue_rebuild_cells_of_{summary.table}()")
    op.execute(f"DROP FUNCTION catalogue_fold_cells_of_{summary.table}(integer)")
    for suffix in ("cell_folds", "cell_deltas", "cells"):
        op.drop_table(f"{summary.prefix}_{suffix}")


def _create_tables(summary: Summary) -> None:
    def columns(*, key: bool) -> Sequence[sa.Column[Any]]:
        return [
            *(
                sa.Column(name, kind, nullable=False, primary_key=key)
                for name, (kind, _) in summary.dimensions.items()
            ),
            sa.Column("count", sa.BigInteger(), nullable=False),
            *(sa.Column(name, kind, nullable=False) for name, (kind, _) in summary.measures.items()),
        ]

    number = sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False, primary_key=True)
    version = sa.Column("version", sa.BigInteger(), nullable=False, primary_key=True)
    op.create_table(f"{summary.prefix}_cells", *columns(key=True))
    op.create_table(f"{summary.prefix}_cell_deltas", number, *columns(key=False))
    op.create_table(f"{summary.prefix}_cell_folds", version, *columns(key=True))


def _names(summary: Summary) -> dict[str, object]:
    return {
        "table": summary.table,
        "prefix": summary.prefix,
        "keys": summary.keys,
        "columns": summary.columns,
        "total": summary.total,
        "some_change": summary.any_sum("<> 0"),
        "negated": ", ".join(f"-{name}" for name in summary.sums),
        "rows": summary.rows(summary.table),
        "additions": ", ".join(f"{name} = base.{name} + excluded.{name}" for name in summary.sums),
        "kept_folds": KEPT_FOLDS,
        "large_fold": LARGE_FOLD,
    }


def _changes(summary: Summary) -> dict[str, str]:
    """What each kind of statement adds to the summary: rows with the summary's columns."""
    before, after = summary.rows("old_rows", sign="-"), summary.rows("new_rows")
    everything = (
        f"SELECT {summary.keys}, {', '.join(f'-{name} AS {name}' for name in summary.sums)} FROM ("  # noqa: S608 - our own names
        f"SELECT {summary.columns} FROM {summary.prefix}_cells"
        f" UNION ALL SELECT {summary.columns} FROM {summary.prefix}_cell_deltas) AS held"
    )
    return {
        "insert": after,
        "update": f"{after} UNION ALL {before}",
        "delete": before,
        "truncate": everything,
    }


_TRANSITIONS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}

_COUNT = """
CREATE FUNCTION catalogue_count_{table}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO {prefix}_cell_deltas ({columns})
  SELECT {keys}, {total} FROM ({changes}) AS changes GROUP BY {keys};
  RETURN NULL;
END $$
"""

_FOLD = """
CREATE FUNCTION catalogue_fold_cells_of_{table}(at_least integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  held cell_versions;
  drawn_id bigint;
  drawn_before xid8;
  folded bigint;
  touched bigint;
  lowest bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM {prefix}_cell_deltas OFFSET greatest(at_least, 1) - 1)
    OR NOT pg_try_advisory_xact_lock(hashtextextended('catalogue cells of {table}', 0)) THEN
    RETURN 0;
  END IF;
  SELECT * INTO held FROM cell_versions WHERE collection = '{table}';
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  -- Ids are not handed out in commit order. An id is surely folded once every transaction has ended that may
  -- have drawn it: those that had a transaction number when the sequence stood there.
  IF pg_current_xact_id_if_assigned() IS NULL THEN
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO drawn_id FROM {prefix}_cell_deltas_id_seq;
    drawn_before := pg_current_xact_id();
    IF held.bound_transaction::xid8 < pg_snapshot_xmin(pg_current_snapshot()) THEN
      held.folded_to := held.bound_id;
      held.bound_id := drawn_id;
      held.bound_transaction := drawn_before::text;
    ELSIF held.bound_transaction::xid8 >= drawn_before THEN
      held.bound_id := 0;
      held.bound_transaction := drawn_before::text;
    END IF;
  END IF;
  held.base_version := held.base_version + 1;
  WITH taken AS (DELETE FROM {prefix}_cell_deltas RETURNING id, {columns}),
  changes AS MATERIALIZED (
    SELECT {keys}, {total} FROM taken GROUP BY {keys} HAVING {some_change}
  ),
  added AS (
    INSERT INTO {prefix}_cells AS base ({columns}) SELECT * FROM changes
    ON CONFLICT ({keys}) DO UPDATE SET {additions}
  ),
  noted AS (
    INSERT INTO {prefix}_cell_folds (version, {columns}) SELECT held.base_version, * FROM changes
    WHERE (SELECT count(*) FROM changes) <= {large_fold}
  )
  SELECT (SELECT count(*) FROM taken), (SELECT min(id) FROM taken), (SELECT count(*) FROM changes)
  INTO folded, lowest, touched;
  IF touched > {large_fold} THEN
    held.kept_from := held.base_version;
    DELETE FROM {prefix}_cell_folds;
  ELSIF held.base_version - {kept_folds} > held.kept_from THEN
    held.kept_from := held.base_version - {kept_folds};
    DELETE FROM {prefix}_cell_folds WHERE version <= held.kept_from;
  END IF;
  IF lowest <= held.folded_to THEN
    held.folded_to := 0;
    held.bound_id := 0;
  END IF;
  UPDATE cell_versions SET base_version = held.base_version, kept_from = held.kept_from,
    folded_to = held.folded_to, bound_id = held.bound_id, bound_transaction = held.bound_transaction
  WHERE collection = '{table}';
  RETURN folded;
END $$
"""

_REBUILD = """
CREATE FUNCTION catalogue_rebuild_cells_of_{table}() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  cells bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('catalogue cells of {table}', 0));
  DELETE FROM {prefix}_cells;
  DELETE FROM {prefix}_cell_folds;
  -- One statement sees one snapshot: the rows less what their waiting deltas say.
  INSERT INTO {prefix}_cells ({columns})
  SELECT {keys}, {total} FROM (
    {rows} UNION ALL SELECT {keys}, {negated} FROM {prefix}_cell_deltas
  ) AS counted GROUP BY {keys} HAVING {some_change};
  GET DIAGNOSTICS cells = ROW_COUNT;
  INSERT INTO cell_versions AS held VALUES ('{table}', 1, 1, 0, 0, '0')
  ON CONFLICT (collection) DO UPDATE
  SET base_version = held.base_version + 1, kept_from = held.base_version + 1;
  RETURN cells;
END $$
"""
