"""What OpenAPI cannot say, so that no request is called valid which the contract refuses."""

import schemathesis

OF_A_PAGE = {"limit", "cursor", "offset", "page", "count", "facets"}
POSITIONS = {"cursor", "offset", "page"}


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """One position at the most, none in a file of every row, relevance only with a search, no null taken from another answer."""
    query = case.query or {}
    by_relevance = "relevance" in str(query.get("sort"))
    return (
        len(POSITIONS & set(query)) <= 1
        and not (by_relevance and "q" not in query)
        and not ("format" in query and OF_A_PAGE & set(query))
        and None not in query.values()
    )
