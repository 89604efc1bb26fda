"""What a batch is made of: operations on products, each checked by itself."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr

from catalogue.errors import CatalogueError, FieldError, ValidationFailed
from catalogue.products.resources import PRODUCT
from catalogue.products.schemas import ProductBody
from catalogue.writing.bodies import checked, given, whole
from catalogue.writing.values import Reference, WriteBody, all_optional, text

MAX_OPERATIONS = 1_000
OnError = Literal["reject_all", "reject_row"]


class BatchBody(WriteBody):
    """The envelope. What is wrong inside an operation is told in that operation's result."""

    on_error: OnError = "reject_all"
    operations: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_OPERATIONS)]


class CreateOperation(ProductBody):
    op: Literal["create"]


class UpsertOperation(ProductBody):
    """Makes the product, or sets the given fields of the one that has this SKU."""

    op: Literal["upsert"]
    version: Reference | None = None


class DeleteOperation(WriteBody):
    op: Literal["delete"]
    id: Reference | None = None
    sku: Annotated[StrictStr, text(64)] | None = None
    version: Reference | None = None


UpdateOperation = all_optional(
    "UpdateOperation", ProductBody, op=Literal["update"], id=Reference, version=Reference
)
MODELS: dict[str, type[WriteBody]] = {
    "create": CreateOperation,
    "update": UpdateOperation,
    "upsert": UpsertOperation,
    "delete": DeleteOperation,
}
_SERVER_OWNED = PRODUCT.server_owned - {"id", "version"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `id`, else `sku`, names the product; `version`: the only one it may meet.

    `kind` is one of MODELS, `given` are the fields that the client set, `whole` those of a new product.
    """

    kind: str
    id: int | None
    sku: str | None
    version: int | None
    given: dict[str, Any]
    whole: dict[str, Any]


def parse_operation(parsed: dict[str, Any], position: int) -> Operation | CatalogueError:
    """The operation at this place of the list (from 0), or what is wrong with it."""
    where = f"body.operations.{position}"
    kind = parsed.get("op")
    if not isinstance(kind, str) or kind not in MODELS:
        return ValidationFailed(
            FieldError(f"{where}.op", "not_a_choice", f"must be one of {', '.join(MODELS)}")
        )
    try:
        body = checked(MODELS[kind], parsed, server_owned=_SERVER_OWNED, where=where)
    except ValidationFailed as error:
        return error
    return _operation(body, kind, where)


def _operation(body: WriteBody, kind: str, where: str) -> Operation | CatalogueError:
    sent = given(body)
    for name in ("op", "id", "version"):
        sent.pop(name, None)
    number, sku = getattr(body, "id", None), getattr(body, "sku", None)
    if number is None and sku is None:
        return ValidationFailed(FieldError(where, "missing", "needs an id or a sku"))
    if number is not None and sku is not None and kind == "delete":
        return ValidationFailed(FieldError(f"{where}.sku", "too_many", "give an id or a sku, not both"))
    return Operation(
        kind=kind,
        id=number,
        sku=sku,
        version=getattr(body, "version", None),
        given={} if kind == "delete" else sent,
        whole=_whole(body) if isinstance(body, ProductBody) else {},
    )


def _whole(body: ProductBody) -> dict[str, Any]:
    values = whole(body)
    return {name: values[name] for name in ProductBody.model_fields}
