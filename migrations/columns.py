"""Columns that every table of the first migrations shares, as they were then: never edit, only add."""

import sqlalchemy as sa


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
