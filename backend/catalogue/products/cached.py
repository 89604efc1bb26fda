"""What of the products is cached, and what each answer depends on."""

from catalogue.caching.routes import (
    collection_routes,
    counts_route,
    record_route,
    statistics_route,
    suggestions_route,
)
from catalogue.edge.addresses import API_PREFIX
from catalogue.products.listing import PRODUCTS

_PRODUCTS = f"{API_PREFIX}/products"

CACHED = (
    *collection_routes(PRODUCTS, address=_PRODUCTS),
    record_route(PRODUCTS, address=f"{_PRODUCTS}/by-sku/{{sku}}", tag="sku"),
    statistics_route(PRODUCTS, address=f"{_PRODUCTS}/stats"),
    suggestions_route(PRODUCTS, address=f"{_PRODUCTS}/suggest"),
    counts_route(PRODUCTS, "category", named_by="categories", address=f"{_PRODUCTS}/categories"),
    counts_route(PRODUCTS, "brand", named_by="brands", address=f"{_PRODUCTS}/brands"),
)
