"""One entry of the change log, as the program hands it round."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Dataset(StrEnum):
    """What the log speaks of. Parts of an order (lines, documents, texts) count as the order."""

    PRODUCTS = "products"
    CATEGORIES = "categories"
    BRANDS = "brands"
    ORDERS = "orders"
    TERMINALS = "terminals"
    DRIVERS = "drivers"
    TRUCKS = "trucks"
    TRAILERS = "trailers"
    IMPORTS = "imports"


class Operation(StrEnum):
    """What a statement did; `bulk` is any statement that touched more than a thousand rows."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    TRUNCATE = "truncate"
    BULK = "bulk"


DATASETS = tuple(member.value for member in Dataset)

TAGS = {
    "products": ("id", "category", "brand", "sku"),
    "categories": ("id", "slug"),
    "brands": ("id", "slug"),
    "orders": ("id", "status", "service", "priority", "terminal_id", "driver_id", "truck_id", "trailer_id"),
    "terminals": ("id",),
    "drivers": ("id",),
    "trucks": ("id",),
    "trailers": ("id",),
    "imports": ("id", "status"),
}
"""The names of the tags that every change of a dataset carries, with the row's old and new values. What depends on
anything else depends on the whole dataset, the tag ""."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one statement did. `ids` and `tags` are None when anything of the dataset may have changed.

    `operation` is one of `Operation`; tags are of the form `category=cameras` and `id=5`.
    """

    position: int
    dataset: str
    operation: str
    ids: tuple[int, ...] | None
    tags: tuple[str, ...] | None
    transaction: int
    changed_at: datetime
