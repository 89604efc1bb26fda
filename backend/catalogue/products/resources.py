"""Products, categories and brands as they are written, declared."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.errors import Conflict, FieldError, ValidationFailed
from catalogue.products.listing import PRODUCTS
from catalogue.products.models import Brand, Category, Product
from catalogue.products.queries import ANCESTRY, LOCK_TREE, PARENT
from catalogue.products.schemas import BrandBody, CategoryBody, ProductBody
from catalogue.writing.declaration import Resource

_RECORD = ("created_at", "updated_at", "version")


async def _keep_a_tree(connection: AsyncConnection, key: object, values: Mapping[str, Any]) -> None:
    """Refuse a parent that stands below the category itself, and its parent's name as a new one of its own.

    One change of the tree is made at a time.
    """
    parent, slug = values.get("parent"), values.get("slug")
    if key is None:
        return
    if slug is not None and (await connection.execute(PARENT, {"slug": key})).scalar() == slug:
        raise Conflict(
            "another record already has this slug",
            errors=(FieldError("body.slug", "unique", "this value is taken"),),
        )
    if parent is None:
        return
    await connection.execute(LOCK_TREE)
    if (await connection.execute(ANCESTRY, {"parent": parent, "slug": key})).scalar_one():
        raise ValidationFailed(FieldError("body.parent", "cycle", "stands below this category"))


PRODUCT = Resource(
    model=Product,
    title="Product",
    address="/products",
    fields=PRODUCTS.all_fields,
    body=ProductBody,
    example={
        "sku": "CAM-2041",
        "name": "Pocket camera 20 MP",
        "category": "cameras",
        "brand": "acme",
        "price": 249.95,
        "currency": "EUR",
        "stock": 12,
    },
)
CATEGORY = Resource(
    model=Category,
    title="CategoryRecord",
    address="/products/categories",
    fields=("id", "slug", "label", "parent", *_RECORD),
    body=CategoryBody,
    example={"slug": "compact-cameras", "label": "Compact cameras", "parent": "cameras"},
    key="slug",
    guard=_keep_a_tree,
)
BRAND = Resource(
    model=Brand,
    title="BrandRecord",
    address="/products/brands",
    fields=("id", "slug", "label", *_RECORD),
    body=BrandBody,
    example={"slug": "acme-optics", "label": "Acme Optics"},
    key="slug",
)
RESOURCES = (PRODUCT, CATEGORY, BRAND)
