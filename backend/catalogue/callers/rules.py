"""Which scope each operation needs: the one table, for every way a request can take.

A rule holds for its address and everything below it, unless a longer rule holds. What no rule names is for
administrators only, so a route that is forgotten here is closed and not open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from catalogue.callers.scopes import (
    ADMIN,
    AUDIT_READ,
    CATALOGUE_READ,
    CATALOGUE_WRITE,
    DOCUMENTS_READ,
    IMPORTS_WRITE,
    ORDERS_READ,
    ORDERS_WRITE,
)
from catalogue.edge.addresses import API_PREFIX

Needed = tuple[str, ...]
OPEN: Final[Needed] = ()
READING_METHODS: Final = frozenset({"GET", "HEAD"})
_ANY: Final = "*"
_PUBLIC_DATASETS: Final = frozenset({"products", "categories", "brands"})


@dataclass(frozen=True, slots=True)
class Rule:
    """The scopes that reading and writing need. `checked` is False where nobody is asked who they are."""

    reading: Needed
    writing: Needed
    reads_as: str = "reads"
    writes_as: str = "writes"
    by_dataset: bool = False
    checked: bool = True
    known: bool = True

    def needed(self, method: str, query: bytes) -> Needed:
        """The scopes of one request."""
        if method not in READING_METHODS:
            return self.writing
        return _of_datasets(query) if self.by_dataset else self.reading

    def limit_class(self, method: str) -> str:
        """The class of its rate limit; empty: none."""
        return self.reads_as if method in READING_METHODS else self.writes_as


def _fleet() -> Rule:
    return Rule((ORDERS_READ,), (ORDERS_WRITE,))


_UNCHECKED = Rule(OPEN, OPEN, reads_as="", writes_as="", checked=False)
_LOGGING_IN = Rule(OPEN, OPEN, reads_as="auth", writes_as="auth", checked=False)
_API_RULES: Final = {
    "/products": Rule((CATALOGUE_READ,), (CATALOGUE_WRITE,)),
    "/products/by-sku": Rule((CATALOGUE_READ,), (CATALOGUE_WRITE,)),
    "/products/categories": Rule((CATALOGUE_READ,), (CATALOGUE_WRITE,)),
    "/products/brands": Rule((CATALOGUE_READ,), (CATALOGUE_WRITE,)),
    "/products/suggest": Rule((CATALOGUE_READ,), (CATALOGUE_WRITE,), reads_as="search"),
    "/products/*/history": Rule((AUDIT_READ,), (ADMIN,)),
    "/orders": Rule((ORDERS_READ,), (ORDERS_WRITE,)),
    "/orders/*/documents": Rule((DOCUMENTS_READ,), (ORDERS_WRITE,), writes_as="uploads"),
    "/orders/*/history": Rule((AUDIT_READ,), (ADMIN,)),
    "/terminals": _fleet(),
    "/drivers": _fleet(),
    "/trucks": _fleet(),
    "/trailers": _fleet(),
    "/imports": Rule((IMPORTS_WRITE,), (IMPORTS_WRITE,), writes_as="uploads"),
    "/audit": Rule((AUDIT_READ,), (ADMIN,)),
    "/changes": Rule((CATALOGUE_READ, ORDERS_READ), (ADMIN,), by_dataset=True),
    "/auth/caller": Rule(OPEN, (ADMIN,)),
    "/auth/token": _LOGGING_IN,
    "/auth/refresh": _LOGGING_IN,
    "/auth/logout": _LOGGING_IN,
}
_OPERATING_RULES: Final = {
    "/health": _UNCHECKED,
    "/health/live": _UNCHECKED,
    "/health/ready": _UNCHECKED,
    "/health/detailed": Rule((ADMIN,), (ADMIN,)),
}
RULES: Final[Mapping[str, Rule]] = {
    **{f"{API_PREFIX}{address}": rule for address, rule in (_API_RULES | _OPERATING_RULES).items()},
    **_OPERATING_RULES,
    "/metrics": _UNCHECKED,
    "/docs": _UNCHECKED,
    "/openapi.json": _UNCHECKED,
}
_CLOSED_METRICS: Final = {"/metrics": Rule((ADMIN,), (ADMIN,), reads_as="", writes_as="")}
UNKNOWN: Final = Rule((ADMIN,), (ADMIN,), known=False)


def rules_for(*, public_metrics: bool) -> Mapping[str, Rule]:
    """The rules, with `/metrics` for everybody or for administrators."""
    return RULES if public_metrics else {**RULES, **_CLOSED_METRICS}


class _Node:
    def __init__(self) -> None:
        self.rule: Rule | None = None
        self.below: dict[str, _Node] = {}


class RuleBook:
    """Finds the rule of an address: by its segments, the longest match first."""

    def __init__(self, rules: Mapping[str, Rule] = RULES) -> None:
        self._root = _Node()
        self._exact = {address: rule for address, rule in rules.items() if _ANY not in address}
        for address, rule in rules.items():
            node = self._root
            for segment in address.split("/")[1:]:
                node = node.below.setdefault(segment, _Node())
            node.rule = rule

    def rule(self, path: str) -> Rule:
        """The rule of a path as the router sees it; `UNKNOWN` where there is none.

        A path with control characters has none: a pattern that ends in `$` would match it before a line end.
        """
        if (exact := self._exact.get(path)) is not None:
            return exact
        if not path.isprintable():
            return UNKNOWN
        node, found = self._root, UNKNOWN
        for segment in path.split("/")[1:]:
            following = node.below.get(segment) or node.below.get(_ANY)
            if following is None:
                break
            node = following
            found = node.rule or found
        return found


def _of_datasets(query: bytes) -> Needed:
    """Changes of the catalogue are as public as the catalogue; all others tell of orders."""
    given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    datasets = {part for name, value in given if name == "dataset" for part in value.split(",")}
    return (CATALOGUE_READ,) if datasets and datasets <= _PUBLIC_DATASETS else (CATALOGUE_READ, ORDERS_READ)
