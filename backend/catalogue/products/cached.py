"""What of the products is cached, and what each answer depends on."""

from catalogue.caching.routes import (
    collection_routes,
    record_route,
    statistics_route,
    whole_route,
)
from catalogue.edge.addresses import API_PREFIX
from catalogue.products.listing import PRODUCTS

_PRODUCTS = f"{API_PREFIX}/products"

CACHED = (
    *collection_routes(PRODUCTS, address=_PRODUCTS),
    record_route(PRODUCTS, address=f"{_PRODUCTS}/by-sku/{{sku}}", tag="sku"),
    statistics_route(PRODUCTS, address=f"{_PRODUCTS}/stats"),
    whole_route("products", address=f"{_PRODUCTS}/suggest", kind="list"),
    whole_route("products", "categories", address=f"{_PRODUCTS}/categories", kind="values"),
    whole_route("products", "brands", address=f"{_PRODUCTS}/brands", kind="values"),
)
