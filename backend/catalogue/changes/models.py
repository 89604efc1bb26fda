"""The change log: one entry for each statement that changed something, in commit order.

Triggers write it (docs/changes.md); nothing in the program does. `ids` and `tags` are null when a statement touched
more than a thousand rows: anything of the dataset may have changed.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.db.base import Base, SortableText


class LoggedChange(Base):
    """`field_values` lists `{"id", "old", "new"}` of the changed rows, for statements of at most a hundred."""

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_ids", "ids", postgresql_using="gin"),
        Index(None, "dataset", "position"),
        Index(None, "actor", "position", postgresql_where=text("actor IS NOT NULL")),
        Index(None, "changed_at", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column("position", BigInteger, primary_key=True, autoincrement=False)
    transaction: Mapped[int] = mapped_column(BigInteger)
    dataset: Mapped[str] = mapped_column(SortableText)
    operation: Mapped[str] = mapped_column(SortableText)
    ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    tags: Mapped[list[str] | None] = mapped_column(ARRAY(SortableText))
    actor: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Text)
    field_values: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


UNCOMMITTED = Table(
    "changes_uncommitted",
    Base.metadata,
    Column("dataset", SortableText, nullable=False),
    Column("operation", SortableText, nullable=False),
    Column("ids", ARRAY(BigInteger)),
    Column("tags", ARRAY(SortableText)),
    Column("actor", Text),
    Column("request_id", Text),
    Column("field_values", JSONB),
    prefixes=["UNLOGGED"],
)
"""Entries between their statement and its commit, which moves them into the log; what stays here is spent."""
