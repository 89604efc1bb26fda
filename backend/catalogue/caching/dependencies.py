"""What an answer was read from, as finely as its filters tell, and the epoch that follows from it.

A row that enters, leaves or changes a filtered list carries the tag of every filter in its old or in its new values,
so the list is as old as the oldest of its filters' tags. What leaves a filter out (a facet's counts) or adds another
table (labels) is a dependency of its own, and the answer is as new as the newest of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from catalogue.listing.declaration import Collection
from catalogue.listing.facets import Facet, ValueFacet
from catalogue.listing.request import ListRequest

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
    """What a page of a list depends on: its rows, each facet's rows and their labels."""
    collection = request.collection
    found = {_rows(request, left_out=())}
    for name in request.facets:
        facet = collection.facet_by_name[name]
        found.add(_rows(request, left_out=facet.filter_names))
        found.update(_labels(facet))
    return tuple(sorted(found, key=repr))


def filter_dependencies(request: ListRequest) -> tuple[Dependency, ...]:
    """What statistics under filters depend on: their rows, and the labels of every facet."""
    labels = {label for facet in request.collection.facets for label in _labels(facet)}
    return (_rows(request, left_out=()), *sorted(labels, key=repr))


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


def _labels(facet: Facet) -> tuple[Dependency, ...]:
    if not isinstance(facet, ValueFacet) or facet.labels is None:
        return ()
    return (Dependency(facet.labels[0].class_.__tablename__),)


def _epoch(dependency: Dependency, feed: Epochs) -> int:
    if not dependency.clauses:
        return feed.epoch(dependency.dataset, _EVERYTHING)
    return min(feed.epoch(dependency.dataset, clause) for clause in dependency.clauses)
