"""The product list, declared."""

from decimal import Decimal

from catalogue.listing.declaration import (
    Collection,
    Condition,
    Filter,
    Parameter,
    at_least,
    at_most,
    column_sorts,
    equals,
    ids,
    period,
)
from catalogue.listing.facets import RangeFacet, ValueFacet
from catalogue.listing.search import relevance_sort, search_filter
from catalogue.listing.values import flag, instant, number, word
from catalogue.products.models import PRODUCT_CELLS, Brand, Category, Product

_PRICE = number(0, 10**10)
_PRICES = ("0", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000")
_RATINGS = ("0", "1", "2", "3", "3.5", "4", "4.5")


def _in_stock(parameter: Parameter) -> Condition:
    return (Product.stock > 0) == parameter.bound()


PRODUCTS = Collection(
    name="products",
    model=Product,
    fields=(
        "id",
        "sku",
        "name",
        "category",
        "brand",
        "price",
        "currency",
        "stock",
        "rating",
        "review_count",
        "image_url",
        "created_at",
        "updated_at",
        "version",
    ),
    hidden_fields=("description",),
    filters=(
        equals("category", word(100), Product.category, description="slug of a category"),
        equals("brand", word(100), Product.brand, description="slug of a brand"),
        at_least("min_price", _PRICE, Product.price, description="lowest price, inclusive"),
        at_most("max_price", _PRICE, Product.price, description="highest price, inclusive"),
        at_least("min_rating", number(0, 5), Product.rating, description="lowest rating, inclusive"),
        Filter(
            name="in_stock",
            value=flag(),
            condition=_in_stock,
            description="true: at least one in stock; false: none",
        ),
        equals("sku", word(64), Product.sku, description="stock keeping unit, in full"),
        ids(Product.id),
        *period("created", instant(), Product.created_at, label="created"),
        *period("updated", instant(), Product.updated_at, label="updated"),
        search_filter(Product.search, code=Product.sku),
    ),
    sorts=(
        *column_sorts(
            Product, "id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at"
        ),
        relevance_sort(Product.search.expression, code=Product.sku.expression, common="-review_count"),
    ),
    sort_with={"q": "relevance"},
    facets=(
        ValueFacet(
            name="category",
            expression=Product.category,
            filter_name="category",
            labels=(Category.slug, Category.label),
        ),
        ValueFacet(
            name="brand", expression=Product.brand, filter_name="brand", labels=(Brand.slug, Brand.label)
        ),
        ValueFacet(
            name="in_stock",
            expression=Product.stock > 0,
            filter_name="in_stock",
            choices={True: "In stock", False: "Out of stock"},
        ),
        RangeFacet(
            name="rating",
            expression=Product.rating,
            edges=tuple(map(Decimal, _RATINGS)),
            minimum="min_rating",
        ),
        RangeFacet(
            name="price",
            expression=Product.price,
            edges=tuple(map(Decimal, _PRICES)),
            minimum="min_price",
            maximum="max_price",
        ),
    ),
    summary=PRODUCT_CELLS,
    epoch=PRODUCT_CELLS.epoch(),
    tags={"ids": "id", "category": "category", "brand": "brand", "sku": "sku"},
)
