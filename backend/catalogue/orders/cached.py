"""What of the orders is cached. Lines, documents and texts change as part of their order; the fleet is embedded."""

from catalogue.caching.dependencies import Dependency
from catalogue.caching.routes import list_route, record_route, statistics_route
from catalogue.edge.addresses import API_PREFIX
from catalogue.orders.listing import ORDERS

_ORDERS = f"{API_PREFIX}/orders"
_ORDER = f"{_ORDERS}/{{identity}}"
_EMBEDDED = tuple(map(Dependency, ("terminals", "drivers", "trucks", "trailers")))

CACHED = (
    list_route(ORDERS, address=_ORDERS),
    statistics_route(ORDERS, address=f"{_ORDERS}/stats"),
    record_route(ORDERS, address=_ORDER, also=_EMBEDDED),
    record_route(ORDERS, address=f"{_ORDER}/documents"),
    record_route(ORDERS, address=f"{_ORDER}/documents/{{document}}"),
    record_route(ORDERS, address=f"{_ORDER}/documents/{{document}}/texts"),
)
