"""What becomes of each operation of a batch: decided in order, before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalogue.errors import (
    CatalogueError,
    Conflict,
    FieldError,
    InUse,
    NotFound,
    PreconditionFailed,
    ValidationFailed,
)
from catalogue.products.batch_schemas import Operation


@dataclass(frozen=True, slots=True)
class Existing:
    """A product as it was found, and locked."""

    id: int
    sku: str
    version: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What operations meet: products, slugs by field (`category`, `brand`), order lines by product."""

    products: Sequence[Existing]
    slugs: Mapping[str, frozenset[str]]
    lines: Mapping[int, int]


@dataclass(slots=True)
class Step:
    """One operation with its fate: an error, or the product it is about (None: a new one)."""

    position: int
    operation: Operation | None
    error: CatalogueError | None = None
    target: Existing | None = None

    @property
    def creates(self) -> bool:
        return self.error is None and self.target is None


def plan(parsed: Sequence[Operation | CatalogueError], around: Surroundings) -> list[Step]:
    """Decide every operation, in order."""
    planner = _Planner(around)
    return [planner.step(position, operation) for position, operation in enumerate(parsed)]


class _Planner:
    """Remembers which products and SKUs operations are about: a later one would meet what is not there yet.

    Operations that fail claim nothing.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._by_id = {product.id: product for product in around.products}
        self._by_sku = {product.sku: product for product in around.products}
        self._ids: set[int] = set()
        self._skus: set[str] = set()

    def step(self, position: int, operation: Operation | CatalogueError) -> Step:
        if isinstance(operation, CatalogueError):
            return Step(position, None, error=operation)
        try:
            target = self._target(operation, f"body.operations.{position}")
        except CatalogueError as error:
            return Step(position, operation, error=error)
        self._skus |= _skus(operation, target)
        if target is not None:
            self._ids.add(target.id)
        return Step(position, operation, target=target)

    def _target(self, operation: Operation, where: str) -> Existing | None:
        owner = self._by_sku.get(operation.sku or "")
        found = owner if operation.id is None else self._by_id.get(operation.id)
        if _skus(operation, found) & self._skus or (found is not None and found.id in self._ids):
            error = FieldError(where, "duplicate_operation", "an earlier operation is about the same product")
            raise Conflict(error.message, errors=(error,))
        _check_existence(operation, found)
        if owner is not None and (operation.kind == "create" or owner is not found):
            error = FieldError(f"{where}.sku", "unique", "this value is taken")
            raise Conflict("another product already has this sku", errors=(error,))
        self._check_slugs(operation, where)
        if operation.kind == "delete" and found is not None:
            self._check_use(found)
        return found

    def _check_slugs(self, operation: Operation, where: str) -> None:
        unknown = [
            FieldError(f"{where}.{name}", "foreign_key", "this value does not exist")
            for name in ("category", "brand")
            if name in operation.given and operation.given[name] not in self._around.slugs[name]
        ]
        if unknown:
            raise ValidationFailed(*unknown)

    def _check_use(self, product: Existing) -> None:
        if lines := self._around.lines.get(product.id):
            error = FieldError("order_lines", "in_use", f"{lines} refer to it")
            raise InUse(f"this product is used by {lines} order lines", errors=(error,))


def _skus(operation: Operation, found: Existing | None) -> set[str]:
    named = {operation.sku} if operation.sku is not None else set()
    return named | {found.sku} if found is not None else named


def _check_existence(operation: Operation, found: Existing | None) -> None:
    if operation.kind == "create":
        return
    if found is None:
        if operation.kind != "upsert" or operation.version is not None:
            raise NotFound("there is no product with this " + ("sku" if operation.id is None else "id"))
    elif operation.version not in {None, found.version}:
        raise PreconditionFailed(found.version)
