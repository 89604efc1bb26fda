"""One entry of the change log, as the program hands it round."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


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


LOGGED_FIELDS = {
    "products": frozenset(
        {
            "sku",
            "name",
            "description",
            "category",
            "brand",
            "price",
            "currency",
            "stock",
            "rating",
            "review_count",
            "image_url",
            "created_at",
            "version",
        }
    )
}
"""The fields of which an update says whether it changed them, for the datasets whose lists go by that."""

NUMBERS = {"products": frozenset({"price", "stock", "rating", "review_count"})}
"""Those of them that are numbers, of which an update says from where to where they moved."""

ROWS_CAME_OR_WENT = "~"
"""The tag of a change after which any row may stand in a list, or be gone from it."""


def field_tag(name: str) -> str:
    """The tag of an update that changed a field."""
    return f"~{name}"


def untold_tag(name: str) -> str:
    """The tag of an update that changed a number and does not say from where to where."""
    return f"~{name}?"


class Move(NamedTuple):
    """A number of one row that an update changed, between the smaller and the larger of its old and its new value."""

    field: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change:
    """What one statement did. `ids` and `tags` are None when anything of the dataset may have changed.

    `operation` is one of `Operation`; tags are of the form `category=cameras` and `id=5`. `fields` are those of
    LOGGED_FIELDS that an update changed; None where that is not known, and for rows that came or went. `moves` are all that
    an update made of a field, or none of it.
    """

    position: int
    dataset: str
    operation: str
    ids: tuple[int, ...] | None
    tags: tuple[str, ...] | None
    transaction: int
    changed_at: datetime
    fields: tuple[str, ...] | None = None
    moves: tuple[Move, ...] = ()

    @property
    def marks(self) -> tuple[str, ...] | None:
        """All that it touches, for epochs: its tags, and its fields as tags; None is everything."""
        if self.tags is None:
            return None
        if self.fields is None:
            return (*self.tags, ROWS_CAME_OR_WENT)
        untold = NUMBERS.get(self.dataset, frozenset()).intersection(self.fields)
        if untold:
            untold = untold.difference(move.field for move in self.moves)
        return (*self.tags, *map(field_tag, self.fields), *map(untold_tag, untold))
