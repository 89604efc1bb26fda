"""What each operation of the contract asks of a caller, written down apart from the rules that enforce it."""

OPEN = "nothing"
ANYBODY = ""
"""Everybody gets an answer, but what is shown must be valid."""
PUBLIC = "catalogue:read unless public"
_ADMIN = "admin"
_V1 = "/api/v1"


def _fleet() -> dict[str, str]:
    expected = {}
    for name in ("terminals", "drivers", "trucks", "trailers"):
        expected[f"GET {_V1}/{name}"] = "orders:read"
        expected[f"GET {_V1}/{name}/export"] = "orders:read"
        expected[f"GET {_V1}/{name}/{{identity}}"] = "orders:read"
        expected[f"POST {_V1}/{name}"] = "orders:write"
        for method in ("PUT", "PATCH", "DELETE"):
            expected[f"{method} {_V1}/{name}/{{identity}}"] = "orders:write"
    return expected


def _labels() -> dict[str, str]:
    expected = {}
    for name in ("categories", "brands"):
        expected[f"GET {_V1}/products/{name}"] = PUBLIC
        expected[f"GET {_V1}/products/{name}/{{slug}}"] = PUBLIC
        expected[f"POST {_V1}/products/{name}"] = "catalogue:write"
        for method in ("PUT", "PATCH", "DELETE"):
            expected[f"{method} {_V1}/products/{name}/{{slug}}"] = "catalogue:write"
    return expected


EXPECTED = {
    f"GET {_V1}/products": PUBLIC,
    f"GET {_V1}/products/stats": PUBLIC,
    **_labels(),
    f"GET {_V1}/products/suggest": PUBLIC,
    f"GET {_V1}/products/export": PUBLIC,
    f"GET {_V1}/products/by-sku/{{sku}}": PUBLIC,
    f"GET {_V1}/products/{{identity}}": PUBLIC,
    f"POST {_V1}/products": "catalogue:write",
    f"POST {_V1}/products/batch": "catalogue:write",
    f"PUT {_V1}/products/{{identity}}": "catalogue:write",
    f"PATCH {_V1}/products/{{identity}}": "catalogue:write",
    f"DELETE {_V1}/products/{{identity}}": "catalogue:write",
    f"GET {_V1}/orders": "orders:read",
    f"GET {_V1}/orders/export": "orders:read",
    f"POST {_V1}/orders": "orders:write",
    f"PATCH {_V1}/orders/{{identity}}": "orders:write",
    f"DELETE {_V1}/orders/{{identity}}": "orders:write",
    f"POST {_V1}/orders/{{identity}}/documents": "orders:write",
    f"DELETE {_V1}/orders/{{identity}}/documents/{{document}}": "orders:write",
    f"GET {_V1}/imports": "imports:write",
    f"POST {_V1}/imports": "imports:write",
    f"GET {_V1}/imports/{{identity}}": "imports:write",
    f"DELETE {_V1}/imports/{{identity}}": "imports:write",
    f"POST {_V1}/imports/{{identity}}/cancel": "imports:write",
    f"GET {_V1}/imports/{{identity}}/errors": "imports:write",
    f"GET {_V1}/orders/stats": "orders:read",
    f"GET {_V1}/orders/{{identity}}": "orders:read",
    f"GET {_V1}/orders/{{identity}}/documents": "documents:read",
    f"GET {_V1}/orders/{{identity}}/documents/{{document}}": "documents:read",
    f"GET {_V1}/orders/{{identity}}/documents/{{document}}/content": "documents:read",
    f"GET {_V1}/orders/{{identity}}/documents/{{document}}/texts": "documents:read",
    f"GET {_V1}/changes": "catalogue:read orders:read",
    f"GET {_V1}/audit": "audit:read",
    f"GET {_V1}/products/{{identity}}/history": "audit:read",
    **_fleet(),
    f"GET {_V1}/auth/caller": ANYBODY,
    f"POST {_V1}/auth/token": OPEN,
    f"POST {_V1}/auth/refresh": OPEN,
    f"POST {_V1}/auth/logout": OPEN,
    "GET /health": OPEN,
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
    "GET /health/detailed": _ADMIN,
    "GET /metrics": OPEN,
}
