"""Statements built with SQLAlchemy Core, compiled once, sent by asyncpg as prepared statements.

Compiling and executing through SQLAlchemy for each request costs more than PostgreSQL needs for the query
(docs/decisions/0003-reads-past-the-orm.md), so reads keep the SQL text and the order of its parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql import Executable

_DIALECT = dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with `$1`, `$2` … and the parameter name that belongs to each."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, object]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """Order `values` as the placeholders want them. Raises KeyError when one is missing."""
        return [values[name] if name in values else self.constants[name] for name in self.names]


def compile_statement(statement: Executable) -> Statement:
    compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
    names = tuple(compiled.positiontup or ())
    constants = {
        name: value for name, value in compiled.params.items() if name in names and value is not None
    }
    return Statement(sql=str(compiled), names=names, constants=constants)
