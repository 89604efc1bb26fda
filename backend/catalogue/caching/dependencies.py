"""What an answer was read from, as finely as its filters and its order tell, and the epoch that follows from it.

A row that enters, leaves or changes a filtered list carries the tag of every filter in its old or in its new values,
so the list is as old as the oldest of its filters' tags. An update that changed no field which the list is filtered or
sorted by shows only where the row itself is shown, and is no matter of the list's epoch (`Freshness` looks at the rows).
What leaves a filter out (a facet's counts) or adds another
table (labels) is a dependency of its own, and the answer is as new as the newest of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from catalogue.caching.deciding_fields import Fields, deciding_fields
from catalogue.changes.change import ROWS_CAME_OR_WENT, field_tag
from catalogue.listing.declaration import Collection
from catalogue.listing.facets import Facet, ValueFacet
from catalogue.listing.list_request import ListRequest

Clause = tuple[str, ...]
_EVERYTHING: Clause = ("",)


class Epochs(Protocol):
    """What the change feed knows."""

    def epoch(self, dataset: str, tags: Iterable[str]) -> int: ...


@dataclass(frozen=True, slots=True)
class Dependency:
    """Rows of a dataset that carry a tag of every clause; without a clause all its rows."""

    dataset: str
    clauses: tuple[Clause, ...] = ()


def epoch_of(dependencies: Iterable[Dependency], feed: Epochs) -> int:
    """The position of the newest change that may have touched an answer."""
    return max(_epoch(dependency, feed) for dependency in dependencies)


def list_dependencies(request: ListRequest) -> tuple[Dependency, ...]:
    """What a page of a list depends on besides the rows it shows: the order of its rows, each facet's, and labels."""
    collection = request.collection
    found = {_order(request, _rows(request, left_out=()))}
    for name in request.facets:
        facet = collection.facet_by_name[name]
        counted = deciding_fields(collection, filters={*request.filters, *facet.filter_names}, sorts=())
        found.add(_by_fields(_rows(request, left_out=facet.filter_names), counted))
        found.update(_labels(facet))
    return tuple(sorted(found, key=repr))


def whole_list_dependencies(request: ListRequest) -> tuple[Dependency, ...]:
    """The same with the rows that are shown, whatever they are."""
    collection = request.collection
    facets = [collection.facet_by_name[name] for name in request.facets]
    found = {
        _rows(request, left_out=left_out) for left_out in ((), *(facet.filter_names for facet in facets))
    }
    found.update(label for facet in facets for label in _labels(facet))
    return tuple(sorted(found, key=repr))


def filter_dependencies(request: ListRequest) -> tuple[Dependency, ...]:
    """What statistics under filters depend on: their rows, and the labels of every facet."""
    labels = {label for facet in request.collection.facets for label in _labels(facet)}
    return (_rows(request, left_out=()), *sorted(labels, key=repr))


def search_dependency(collection: Collection) -> Dependency:
    """Which rows of a collection its search finds, and in what order, whatever is looked for."""
    searched = "" if collection.searched is None else collection.searched.name
    sort = collection.sort_with.get(searched, collection.default_sort).removeprefix("-")
    return _by_fields(
        Dependency(collection.name), deciding_fields(collection, filters=(searched,), sorts=(sort,))
    )


def counted_dependency(collection: Collection, field: str) -> Dependency:
    """How many rows there are by a field."""
    return _by_fields(Dependency(collection.name), frozenset({field}))


def record_dependency(collection: Collection, tag: str, value: object) -> Dependency:
    """One record, found by a tag."""
    return Dependency(collection.name, ((f"{tag}={value}",),))


def _rows(request: ListRequest, *, left_out: tuple[str, ...]) -> Dependency:
    tags = request.collection.tags
    clauses = (
        tuple(sorted(f"{tags[name]}={value}" for value in values))
        for name, values in request.filters.items()
        if name in tags and name not in left_out
    )
    return Dependency(request.collection.name, tuple(sorted(clauses)))


def _order(request: ListRequest, rows: Dependency) -> Dependency:
    sorts = [sort.name for sort, _ in request.sort]
    return _by_fields(rows, deciding_fields(request.collection, filters=request.filters, sorts=sorts))


def _by_fields(rows: Dependency, fields: Fields) -> Dependency:
    """Those changes of rows that change one of the fields, or after which rows came or went."""
    if fields is None:
        return rows
    deciding = (ROWS_CAME_OR_WENT, *map(field_tag, sorted(fields)))
    return Dependency(rows.dataset, (*rows.clauses, deciding))


def _labels(facet: Facet) -> tuple[Dependency, ...]:
    if not isinstance(facet, ValueFacet) or facet.labels is None:
        return ()
    return (Dependency(facet.labels[0].class_.__tablename__),)


def _epoch(dependency: Dependency, feed: Epochs) -> int:
    if not dependency.clauses:
        return feed.epoch(dependency.dataset, _EVERYTHING)
    return min(feed.epoch(dependency.dataset, clause) for clause in dependency.clauses)
