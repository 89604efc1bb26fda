"""What OpenAPI cannot say, so that no request is called valid which the contract refuses.

Schemas cannot tell which categories, products and terminals exist, that a category must not stand below itself,
that goods do not arrive before they leave, and that an idempotency key belongs to one request. They can tell that
an amount is a multiple of 0.01, but not to this generator.
"""

from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis.generation import GenerationMode

OF_A_PAGE = {"limit", "cursor", "offset", "page", "count", "facets"}
POSITIONS = {"cursor", "offset", "page"}
THERE = {
    "category": "cameras",
    "brand": "acme",
    "parent": None,
    "product_id": 1,
    "terminal_id": 1,
    "eta_driver_id": 1,
    "etd_driver_id": 1,
    "truck_id": 1,
    "trailer_id": 1,
    "etd_date": "2020-01-01",
    "eta_date": "2030-01-01",
    "quantity": 1,
}
REFERRED_TO = {
    "products": {"1"},
    "products/categories": {"cameras"},
    "products/brands": {"acme"},
    "terminals": {"1"},
    "drivers": {"1"},
    "trucks": {"1"},
    "trailers": {"1"},
}
"""What `THERE` names; others of the kind are changed and deleted."""


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """One position at the most, none in a file of every row, relevance only with a search, no null taken from another answer.

    And what others refer to stays.
    """
    query = case.query or {}
    by_relevance = "relevance" in str(query.get("sort"))
    return (
        len(POSITIONS & set(query)) <= 1
        and not (by_relevance and "q" not in query)
        and not ("format" in query and OF_A_PAGE & set(query))
        and None not in query.values()
        and not _takes_away(case)
    )


def _takes_away(case: schemathesis.Case) -> bool:
    parameters = {str(value) for value in (case.path_parameters or {}).values()}
    return case.method in {"DELETE", "PUT", "PATCH"} and bool(
        parameters & REFERRED_TO.get(_folder(case), set())
    )


def _folder(case: schemathesis.Case) -> str:
    return case.path.removeprefix("/api/v1/").partition("/{")[0]


@schemathesis.hook
def map_case(context: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """References to what is there, in requests that are meant to be valid."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return case
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = uuid4().hex
    case.body = _with_what_is_there(case.body)
    if isinstance(case.body, dict) and "operations" in case.body:
        case.body["on_error"] = "reject_row"
    return case


def _with_what_is_there(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_what_is_there(part) for part in value]
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {name: THERE.get(name, _with_what_is_there(part)) for name, part in value.items()}
    return value
