"""Many operations on products in one transaction and a handful of statements."""

from collections.abc import Sequence

import orjson
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.writing import RunAgain
from catalogue.errors import BatchRefused, CatalogueError, FieldError, NotApplied
from catalogue.products.batch_planning import Existing, Step, Surroundings, plan
from catalogue.products.batch_queries import DELETE, EXISTING, INSERT, SLUGS, USED, update_statement
from catalogue.products.batch_schemas import Operation
from catalogue.writing.answers import Written
from catalogue.writing.queries import Origin

Parsed = Sequence[Operation | CatalogueError]
Versions = dict[str | int, tuple[int, int]]
"""Id and version of what was written: of new products by SKU, of others by id."""

_MAX_ERRORS = 100


async def run_batch(
    connection: AsyncConnection, parsed: Parsed, *, reject_all: bool, origin: Origin
) -> Written:
    """Carry out what can be carried out; one result an operation, in order.

    Raises BatchRefused when an operation fails and none shall be carried out then, RunAgain when somebody else
    wrote the same products meanwhile.
    """
    steps = plan(parsed, await _look_around(connection, parsed, origin))
    if reject_all and any(step.error for step in steps):
        raise _refusal(steps, origin.request_id)
    try:
        versions = await _insert(connection, steps) | await _update(connection, steps)
        await _delete(connection, steps)
    except IntegrityError as error:
        raise RunAgain from error
    results = [_result(step, versions, origin.request_id) for step in steps]
    return Written(200, orjson.dumps({"results": results}))


async def _look_around(connection: AsyncConnection, parsed: Parsed, origin: Origin) -> Surroundings:
    operations = [operation for operation in parsed if isinstance(operation, Operation)]
    asked = {
        "ids": [operation.id for operation in operations if operation.id is not None],
        "skus": [operation.sku for operation in operations if operation.sku is not None],
    }
    rows = await connection.execute(EXISTING, {**asked, **origin.values()})
    products = [Existing(row.id, row.sku, row.version) for row in rows]
    values = {
        name: list({operation.given[name] for operation in operations if name in operation.given})
        for name in ("category", "brand")
    }
    known = (
        await connection.execute(SLUGS, {"categories": values["category"], "brands": values["brand"]})
    ).all()
    lines: dict[int, int] = {}
    if any(operation.kind == "delete" for operation in operations):
        used = await connection.execute(USED, {"ids": [product.id for product in products]})
        lines = {row.product_id: row.lines for row in used}
    slugs = {name: frozenset(row.slug for row in known if row.field == name) for name in values}
    return Surroundings(products, slugs, lines)


async def _insert(connection: AsyncConnection, steps: Sequence[Step]) -> Versions:
    rows = [step.operation.whole for step in steps if step.operation is not None and step.creates]
    if not rows:
        return {}
    made = (await connection.execute(INSERT, {"rows": _document(rows)})).all()
    if len(made) < len(rows):
        raise RunAgain
    return {row.sku: (row.id, row.version) for row in made}


async def _update(connection: AsyncConnection, steps: Sequence[Step]) -> Versions:
    rows = [
        {"id": step.target.id, "given": list(step.operation.given), **step.operation.given}
        for step in steps
        if step.operation is not None and step.target is not None and step.operation.given
    ]
    names = tuple(sorted({name for row in rows for name in row["given"]}))
    if not rows:
        return {}
    changed = await connection.execute(update_statement(names), {"rows": _document(rows)})
    return {row.id: (row.id, row.version) for row in changed}


async def _delete(connection: AsyncConnection, steps: Sequence[Step]) -> None:
    gone = [
        step.target.id
        for step in steps
        if step.target is not None and step.operation is not None and step.operation.kind == "delete"
    ]
    if gone:
        await connection.execute(DELETE, {"ids": gone})


def _document(rows: Sequence[dict[str, object]]) -> str:
    return orjson.dumps(rows, default=str).decode()


def _result(step: Step, versions: Versions, request_id: str) -> dict[str, object]:
    operation, target = step.operation, step.target
    if step.error is not None or operation is None:
        return _failed(step, step.error or NotApplied(), request_id)
    if operation.kind == "delete" and target is not None:
        return {"op": "delete", "status": 204, "id": target.id, "sku": target.sku}
    if target is None:
        number, version = versions[operation.sku or ""]
        return {"op": operation.kind, "status": 201, "id": number, "sku": operation.sku, "version": version}
    number, version = versions.get(target.id, (target.id, target.version))
    sku = operation.given.get("sku", target.sku)
    return {"op": operation.kind, "status": 200, "id": number, "sku": sku, "version": version}


def _failed(step: Step, error: CatalogueError, request_id: str) -> dict[str, object]:
    kind = step.operation.kind if step.operation is not None else None
    return {"op": kind, "status": error.status, "problem": error.members(request_id)}


def _refusal(steps: Sequence[Step], request_id: str) -> BatchRefused:
    failed = [step for step in steps if step.error is not None]
    errors = [error for step in failed if step.error is not None for error in _named(step, step.error)]
    return BatchRefused(
        f"{len(failed)} of {len(steps)} operations failed; nothing was changed",
        errors=tuple(errors[:_MAX_ERRORS]),
        results=[_failed(step, step.error or NotApplied(), request_id) for step in steps],
    )


def _named(step: Step, error: CatalogueError) -> Sequence[FieldError]:
    """What is wrong, with the operation's place where the error itself does not name it."""
    where = f"body.operations.{step.position}"
    own = tuple(part for part in error.errors if part.where.startswith(where))
    return own or (FieldError(where, error.code, error.detail),)
