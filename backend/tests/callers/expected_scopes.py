"""What each operation of the contract asks of a caller, written down apart from the rules that enforce it."""

OPEN = "nothing"
PUBLIC = "catalogue:read unless public"
_ADMIN = "admin"
_V1 = "/api/v1"


def _fleet() -> dict[str, str]:
    expected = {}
    for name in ("terminals", "drivers", "trucks", "trailers"):
        expected[f"GET {_V1}/{name}"] = "orders:read"
        expected[f"GET {_V1}/{name}/{{identity}}"] = "orders:read"
    return expected


EXPECTED = {
    f"GET {_V1}/products": PUBLIC,
    f"GET {_V1}/products/stats": PUBLIC,
    f"GET {_V1}/products/categories": PUBLIC,
    f"GET {_V1}/products/brands": PUBLIC,
    f"GET {_V1}/products/suggest": PUBLIC,
    f"GET {_V1}/products/export": PUBLIC,
    f"GET {_V1}/products/by-sku/{{sku}}": PUBLIC,
    f"GET {_V1}/products/{{identity}}": PUBLIC,
    f"GET {_V1}/orders": "orders:read",
    f"GET {_V1}/orders/stats": "orders:read",
    f"GET {_V1}/orders/{{identity}}": "orders:read",
    f"GET {_V1}/orders/{{identity}}/documents": "documents:read",
    f"GET {_V1}/orders/{{identity}}/documents/{{document}}": "documents:read",
    f"GET {_V1}/orders/{{identity}}/documents/{{document}}/content": "documents:read",
    f"GET {_V1}/orders/{{identity}}/documents/{{document}}/texts": "documents:read",
    **_fleet(),
    f"POST {_V1}/auth/token": OPEN,
    f"POST {_V1}/auth/refresh": OPEN,
    f"POST {_V1}/auth/logout": OPEN,
    "GET /health": OPEN,
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
    "GET /health/detailed": _ADMIN,
    "GET /metrics": OPEN,
}
