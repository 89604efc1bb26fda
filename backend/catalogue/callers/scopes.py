"""What a caller may be allowed to do, and the roles: sets of scopes with a name."""

from dataclasses import dataclass
from typing import Final

CATALOGUE_READ: Final = "catalogue:read"
CATALOGUE_WRITE: Final = "catalogue:write"
ORDERS_READ: Final = "orders:read"
ORDERS_WRITE: Final = "orders:write"
DOCUMENTS_READ: Final = "documents:read"
IMPORTS_WRITE: Final = "imports:write"
AUDIT_READ: Final = "audit:read"
ADMIN: Final = "admin"

SCOPES: Final = (
    CATALOGUE_READ,
    CATALOGUE_WRITE,
    ORDERS_READ,
    ORDERS_WRITE,
    DOCUMENTS_READ,
    IMPORTS_WRITE,
    AUDIT_READ,
    ADMIN,
)
ROLES: Final = {
    "viewer": frozenset({CATALOGUE_READ, ORDERS_READ}),
    "clerk": frozenset({CATALOGUE_READ, ORDERS_READ, ORDERS_WRITE, DOCUMENTS_READ}),
    "editor": frozenset({CATALOGUE_READ, CATALOGUE_WRITE, IMPORTS_WRITE}),
    "admin": frozenset(SCOPES),
}
"""An editor keeps the catalogue and sees no customer; a clerk takes orders and changes no price."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks. `name` is `anonymous`, `key:<prefix>` or `user:<name>`; it goes into logs and the audit trail."""

    name: str
    scopes: frozenset[str]

    @property
    def is_anonymous(self) -> bool:
        return self.name == ANONYMOUS


ANONYMOUS: Final = "anonymous"


def granted(scopes: frozenset[str]) -> frozenset[str]:
    """Known scopes only; `admin` brings all the others."""
    return frozenset(SCOPES) if ADMIN in scopes else scopes & frozenset(SCOPES)
