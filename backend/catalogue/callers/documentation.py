"""What OpenAPI says of callers: the ways to show who one is, and the scopes that each operation needs."""

from typing import Any

from catalogue.callers.rules import OPEN, RuleBook
from catalogue.callers.scopes import CATALOGUE_READ, SCOPES
from catalogue.edge.addresses import API_PREFIX

SECURITY_SCHEMES: dict[str, Any] = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": f"A key has scopes: {', '.join(SCOPES)}.",
    },
    "Token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": f"An access token of `{API_PREFIX}/auth/token`, or of the issuer that is trusted by setting.",
    },
}


def document_callers(document: dict[str, Any]) -> None:
    """Add `security` and `x-scope` to each operation.

    Reading the catalogue needs no caller unless PUBLIC_CATALOGUE is off, and who calls is told to anybody, so there `{}` stands as well.
    """
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
    book = RuleBook()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            rule = book.rule(path)
            needed = rule.needed(method.upper(), b"")
            if not rule.checked:
                operation["security"] = []
                continue
            nobody: list[dict[str, list[str]]] = [{}] if needed in (OPEN, (CATALOGUE_READ,)) else []
            operation["security"] = [*nobody, {"ApiKey": []}, {"Token": []}]
            operation["x-scope"] = list(needed)
