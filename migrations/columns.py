"""Columns that every table of the first migrations shares, as they were then: never edit, only add."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def record_columns() -> list[sa.Column[object]]:
    """Id, two instants and a version."""
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    ]


def sortable_text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text in code point order."""
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable)


def create_version_keeper() -> None:
    """The function that raises a row's version and sets its `updated_at`."""
    op.execute(
        "CREATE FUNCTION catalogue_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " NEW.version := OLD.version + 1; NEW.updated_at := now(); RETURN NEW; END $$"
    )


def keep_version(table: str, columns: Sequence[str]) -> None:
    """From now on every change of these columns raises the row's version, whoever makes it.

    A generated column cannot be among them: it has no value yet when the row is about to change.
    """
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    op.execute(
        f"CREATE TRIGGER keep_version BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION catalogue_keep_version()"
    )
