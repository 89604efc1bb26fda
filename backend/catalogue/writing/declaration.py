"""How a resource that can be written is declared: its table, its body, and the column its address names.

Everything else follows: what the body lacks of the table's columns belongs to the server, what PATCH takes is the
body with every field optional, and what refers to the table keeps its rows from being deleted.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from catalogue.db.base import Base
from catalogue.writing.values import WriteBody, all_optional

Values = Mapping[str, Any]
Guard = Callable[[AsyncConnection, object, Values], Awaitable[None]]
"""Checks a change before it is made: the connection, the record's key (None: a new one), the new values."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """`fields` are those of the record as it is read, `address` is below the API's prefix, `title` names its schema.

    `example` is a body for the documentation.
    """

    model: type[Base]
    title: str
    address: str
    fields: tuple[str, ...]
    body: type[WriteBody]
    example: Values
    key: str = "id"
    guard: Guard | None = None

    @cached_property
    def changes(self) -> type[WriteBody]:
        """The body of a PATCH: every field may be left out, none has a default."""
        return all_optional(f"{self.title}Changes", self.body)

    @cached_property
    def server_owned(self) -> frozenset[str]:
        """Columns that clients cannot set."""
        return frozenset(self.fields) - frozenset(self.body.model_fields)

    @property
    def name(self) -> str:
        """What messages call one record."""
        return self.model.__name__.lower()

    def column(self, name: str) -> InstrumentedAttribute[Any]:
        attribute: InstrumentedAttribute[Any] = getattr(self.model, name)
        return attribute

    @cached_property
    def references(self) -> dict[str, tuple[Column[Any], ...]]:
        """The columns that keep a record from being deleted, by their table."""
        found: dict[str, tuple[Column[Any], ...]] = {}
        for table in Base.metadata.sorted_tables:
            columns = tuple(
                key.parent
                for key in table.foreign_keys
                if key.column.table is self.model.__table__ and key.ondelete is None
            )
            if columns:
                found[table.name] = columns
        return found
