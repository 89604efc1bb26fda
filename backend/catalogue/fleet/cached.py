"""The fleet's lists and records are cached."""

from catalogue.caching.routes import collection_routes
from catalogue.edge.addresses import API_PREFIX
from catalogue.fleet.routes import COLLECTIONS

CACHED = tuple(
    route
    for collection in COLLECTIONS
    for route in collection_routes(collection, address=f"{API_PREFIX}/{collection.name}")
)
