"""Statements that write a declared record. Each answers with the record as its detail shows it.

Who writes, and in which request, is told to PostgreSQL in the writing statement itself, for the change log and the
audit: a setting of the transaction costs no round trip of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    ColumnElement,
    Insert,
    Integer,
    Select,
    Text,
    Update,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.sql.dml import ReturningDelete

from catalogue.db.statements import Statement, compile_statement
from catalogue.writing.declaration import Resource

ORIGIN = (
    "set_config('catalogue.actor', :actor, true) AS actor,"
    " set_config('catalogue.request_id', :request_id, true) AS request_id"
)
"""Columns for a first statement that is written out: they tell PostgreSQL who writes."""

IDEMPOTENCY_OPENING = text(
    f"""
    SELECT {ORIGIN}, pg_try_advisory_xact_lock(hashtextextended(:lock, 0)) AS mine,
        stored.status, stored.headers, stored.body, stored.fingerprint
    FROM (SELECT) AS one
    LEFT JOIN idempotency_keys AS stored
        ON stored.caller = :caller AND stored.route = :route AND stored.key = :key"""  # noqa: S608 - constant text
)
IDEMPOTENCY_CLOSING = text(
    """
    INSERT INTO idempotency_keys (caller, route, key, fingerprint, status, headers, body)
    VALUES (:caller, :route, :key, :fingerprint, :status, CAST(:headers AS jsonb), :body)
    ON CONFLICT DO NOTHING RETURNING true"""
)
PRUNE_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('catalogue idempotency pruning', 0))")
PRUNE_KEYS = text(
    """
    DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_keys WHERE created_at < now() - make_interval(hours => :hours)
        ORDER BY created_at LIMIT 5000
    ))"""
)


_RECORD: ColumnElement[str] = literal_column("row_to_json(written)::text", TEXT()).label("record")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who writes: the caller (empty: nobody known) and the request's id."""

    actor: str
    request_id: str

    def values(self) -> dict[str, object]:
        return {"actor": self.actor, "request_id": self.request_id}


@lru_cache(maxsize=500)
def insert_statement(resource: Resource, names: tuple[str, ...]) -> Select[Any]:
    """Add a record with these columns, bound as `new_<column>`."""
    origin = _origin()
    values = select(*(_new(resource, name) for name in names)).select_from(origin)
    return _answer(resource, insert(resource.model).from_select(list(names), values))


@lru_cache(maxsize=2_000)
def update_statement(resource: Resource, names: tuple[str, ...], *, guarded: bool) -> Select[Any]:
    """Set these columns of the record `key`; `guarded`: only at one of the `versions`."""
    statement = update(resource.model).values({name: _new(resource, name) for name in names})
    return _answer(resource, statement.where(*_record(resource, guarded=guarded), _told(_origin())))


@lru_cache(maxsize=100)
def delete_statement(resource: Resource, *, guarded: bool) -> ReturningDelete[Any]:
    statement = delete(resource.model).where(*_record(resource, guarded=guarded), _told(_origin()))
    return statement.returning(resource.column("version"))


@lru_cache(maxsize=100)
def record_statement(resource: Resource, *, guarded: bool) -> Select[Any]:
    """The record `key` as it is."""
    record = select(*_columns(resource)).where(*_record(resource, guarded=guarded)).cte("written")
    return select(_RECORD, record.c.version, record.c[resource.key])


@lru_cache(maxsize=100)
def compiled_record_statement(resource: Resource) -> Statement:
    """The same for a read: columns record (JSON text), version and the key."""
    return compile_statement(record_statement(resource, guarded=False))


@lru_cache(maxsize=100)
def version_statement(resource: Resource) -> Select[tuple[int]]:
    return select(resource.column("version")).where(_identity(resource))


@lru_cache(maxsize=100)
def uses_statement(resource: Resource) -> Select[Any]:
    """How many rows of each other table refer to the record `key`: one column a table."""
    subqueries = []
    for table, columns in resource.references.items():
        target = columns[0].foreign_keys
        referred = next(key.column for key in target if key.column.table is resource.model.__table__)
        value = select(referred).where(_identity(resource)).scalar_subquery()
        condition = or_(*(column == value for column in columns))
        subqueries.append(select(func.count()).where(condition).scalar_subquery().label(table))
    return select(*subqueries)


def _origin() -> CTE:
    told = [
        func.set_config(f"catalogue.{name}", bindparam(name, type_=Text()), literal_column("true", Boolean()))
        for name in ("actor", "request_id")
    ]
    return select(*(setting.label(f"told_{place}") for place, setting in enumerate(told))).cte("origin")


def _told(origin: CTE) -> ColumnElement[bool]:
    """True, and a reason for PostgreSQL to look at the origin."""
    return select(origin.c.told_0).scalar_subquery().is_not(None)


def _record(resource: Resource, *, guarded: bool) -> Sequence[ColumnElement[bool]]:
    if not guarded:
        return (_identity(resource),)
    versions = bindparam("versions", type_=ARRAY(Integer))
    return (_identity(resource), resource.column("version") == any_(versions))


def _identity(resource: Resource) -> ColumnElement[bool]:
    column = resource.column(resource.key)
    return column == bindparam("key", type_=column.type)


def _new(resource: Resource, name: str) -> ColumnElement[Any]:
    return bindparam(f"new_{name}", type_=resource.column(name).type)


def _columns(resource: Resource) -> list[Any]:
    return [resource.column(name).label(name) for name in resource.fields]


def _answer(resource: Resource, statement: Insert | Update) -> Select[Any]:
    written = statement.returning(*_columns(resource)).cte("written")
    return select(_RECORD, written.c.version, written.c[resource.key])
