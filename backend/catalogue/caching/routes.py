"""Cached routes, declared: a collection's list and records, and what domains have besides."""

import re
from collections.abc import Callable
from re import Match

import orjson

from catalogue.caching.address import CachedRoute, Question
from catalogue.caching.dependencies import (
    Dependency,
    counted_dependency,
    filter_dependencies,
    list_dependencies,
    record_dependency,
    search_dependency,
    whole_list_dependencies,
)
from catalogue.caching.keys import filter_parameters, list_parameters
from catalogue.listing.declaration import Collection
from catalogue.listing.request import parse_filters, parse_request
from catalogue.query_strings import only_parameters

Understand = Callable[[Match[str], bytes], Question]
_ID = r"(?P<key>[1-9][0-9]{0,18})"


def collection_routes(collection: Collection, *, address: str) -> tuple[CachedRoute, CachedRoute]:
    """The list at `address` and the records below it. The change log knows the collection by its name."""
    return list_route(collection, address=address), record_route(
        collection, address=f"{address}/{{identity}}"
    )


def list_route(collection: Collection, *, address: str) -> CachedRoute:
    """A list: as new as the tags of its filters tell."""

    def understand(_: Match[str], query_string: bytes) -> Question:
        request = parse_request(collection, query_string)
        own, whole = list_dependencies(request), whole_list_dependencies(request)
        return Question(
            list_parameters(request),
            own.dependencies,
            request,
            shown=frozenset() if own.dependencies == whole else whole,
            borders=own.borders,
            facet_borders=own.facet_borders,
            counts_same_rows=own.counts_same_rows,
        )

    return CachedRoute(address, re.compile(re.escape(address)), "list", understand)


def record_route(
    collection: Collection, *, address: str, tag: str = "id", also: tuple[Dependency, ...] = ()
) -> CachedRoute:
    """A record found by the last part of its address; `also` is what is embedded in it."""

    def understand(match: Match[str], query_string: bytes) -> Question:
        only_parameters(query_string)
        own = record_dependency(collection, tag, match["key"])
        return Question("", frozenset({own, *also}))

    return CachedRoute(address, _pattern(address, any_text=tag != "id"), "record", understand)


def statistics_route(collection: Collection, *, address: str) -> CachedRoute:
    """Statistics under a collection's filters."""

    def understand(_: Match[str], query_string: bytes) -> Question:
        request = parse_filters(collection, query_string)
        return Question(repr(filter_parameters(request)), filter_dependencies(request))

    return CachedRoute(address, re.compile(re.escape(address)), "stats", understand)


def suggestions_route(collection: Collection, *, address: str) -> CachedRoute:
    """What a collection's search finds first: as new as that, and as the rows that are shown."""
    everything, whole = parse_request(collection, b""), Dependency(collection.name)
    found = search_dependency(collection)
    shown = frozenset() if found == whole else frozenset({whole})

    def understand(_: Match[str], query_string: bytes) -> Question:
        typed = only_parameters(query_string, ("q",))
        return Question(orjson.dumps(typed).decode(), frozenset({found}), everything, shown=shown)

    return CachedRoute(address, re.compile(re.escape(address)), "list", understand)


def counts_route(collection: Collection, field: str, *, named_by: str, address: str) -> CachedRoute:
    """How many rows there are by a field, with the labels of the dataset that names its values."""
    dependencies = frozenset({counted_dependency(collection, field), Dependency(named_by)})

    def understand(_: Match[str], query_string: bytes) -> Question:
        only_parameters(query_string)
        return Question("", dependencies)

    return CachedRoute(address, re.compile(re.escape(address)), "values", understand)


def _pattern(address: str, *, any_text: bool) -> re.Pattern[str]:
    """`{identity}` becomes the key; further names become ids."""
    parts = []
    for part in re.split(r"(\{\w+\})", address):
        if not part.startswith("{"):
            parts.append(re.escape(part))
        elif "(?P<key>" in "".join(parts):
            parts.append(r"[1-9][0-9]{0,18}")
        else:
            parts.append(r"(?P<key>[^/]{1,100})" if any_text else _ID)
    return re.compile("".join(parts))
