"""What an answer was read from, as finely as its filters and its order tell, and the epoch that follows from it.

A row that enters, leaves or changes a filtered list carries the tag of every filter in its old or in its new values,
so the list is as old as the oldest of its filters' tags. An update that changed no field which the list is filtered or
sorted by shows only where the row itself is shown, and is no matter of the list's epoch; nor is one that moved a number
which decides by its borders (`Freshness` looks at the rows, and at the borders).
What leaves a filter out (a facet's counts) or adds another
table (labels) is a dependency of its own, and the answer is as new as the newest of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from catalogue.caching.deciding_fields import Deciding, deciding, deciding_field
from catalogue.changes.moves import Borders
from catalogue.listing.declaration import Collection
from catalogue.listing.facets import Facet, ValueFacet
from catalogue.listing.facets_matching import common_request
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


@dataclass(frozen=True, slots=True)
class ListDependencies:
    """What a list depends on, and the borders that no number may have crossed: those of its order, and those of its facets.

    `counts_same_rows`: no number decides which rows its facets count, whatever their own filters are.
    """

    dependencies: frozenset[Dependency]
    borders: tuple[Borders, ...]
    facet_borders: tuple[Borders, ...]
    counts_same_rows: bool


def epoch_of(dependencies: Iterable[Dependency], feed: Epochs) -> int:
    """The position of the newest change that may have touched an answer."""
    return max(_epoch(dependency, feed) for dependency in dependencies)


def list_dependencies(request: ListRequest) -> ListDependencies:
    """What a page of a list depends on besides the rows it shows: the order of its rows, each facet's, and labels."""
    collection, rows = request.collection, _rows(request, left_out=())
    order = deciding(collection, filters=request.filters, sorts=[sort.name for sort, _ in request.sort])
    counted = [_counted(request, collection.facet_by_name[name]) for name in request.facets]
    found = {_by_fields(*part) for part in ((rows, order), *counted)}
    found.update(label for name in request.facets for label in _labels(collection.facet_by_name[name]))
    facet_borders = {border for part in counted for border in _borders(*part)}
    common = deciding(collection, filters=common_request(request).filters)
    return ListDependencies(
        frozenset(found),
        tuple(_borders(rows, order)),
        tuple(facet_borders),
        counts_same_rows=not common.borders,
    )


def whole_list_dependencies(request: ListRequest) -> frozenset[Dependency]:
    """The same with the rows that are shown, whatever they are."""
    collection = request.collection
    facets = [collection.facet_by_name[name] for name in request.facets]
    found = {
        _rows(request, left_out=left_out) for left_out in ((), *(facet.filter_names for facet in facets))
    }
    found.update(label for facet in facets for label in _labels(facet))
    return frozenset(found)


def filter_dependencies(request: ListRequest) -> frozenset[Dependency]:
    """What statistics under filters depend on: their rows, and the labels of every facet."""
    labels = (label for facet in request.collection.facets for label in _labels(facet))
    return frozenset({_rows(request, left_out=()), *labels})


def search_dependency(collection: Collection) -> Dependency:
    """Which rows of a collection its search finds, and in what order, whatever is looked for."""
    searched = "" if collection.searched is None else collection.searched.name
    sort = collection.sort_with.get(searched, collection.default_sort).removeprefix("-")
    looked_at = deciding(collection, filters={searched: ()}, sorts=("id", sort))
    return _by_fields(Dependency(collection.name), looked_at)


def counted_dependency(collection: Collection, field: str) -> Dependency:
    """How many rows there are by a field."""
    return _by_fields(Dependency(collection.name), deciding_field(field))


def record_dependency(collection: Collection, tag: str, value: object) -> Dependency:
    """One record, found by a tag."""
    return Dependency(collection.name, ((f"{tag}={value}",),))


def _counted(request: ListRequest, facet: Facet) -> tuple[Dependency, Deciding]:
    """The rows that a facet counts, whatever its own filter lets through."""
    own = facet.filter_names
    filters = {name: values for name, values in request.filters.items() if name not in own}
    return _rows(request, left_out=own), deciding(request.collection, filters=filters, facets=[facet])


def _rows(request: ListRequest, *, left_out: tuple[str, ...]) -> Dependency:
    tags = request.collection.tags
    clauses = (
        tuple(sorted(f"{tags[name]}={value}" for value in values))
        for name, values in request.filters.items()
        if name in tags and name not in left_out
    )
    return Dependency(request.collection.name, tuple(sorted(clauses)))


def _by_fields(rows: Dependency, looked_at: Deciding) -> Dependency:
    """Those changes of rows that change one of the fields, or after which rows came or went."""
    return Dependency(rows.dataset, (*rows.clauses, looked_at.marks)) if looked_at.marks else rows


def _borders(rows: Dependency, looked_at: Deciding) -> Iterator[Borders]:
    for field, values in looked_at.borders:
        yield Borders(field, values, rows.clauses)
    if looked_at.ordered_by is not None:
        yield Borders(looked_at.ordered_by, None, rows.clauses)


def _labels(facet: Facet) -> tuple[Dependency, ...]:
    if not isinstance(facet, ValueFacet) or facet.labels is None:
        return ()
    return (Dependency(facet.labels[0].class_.__tablename__),)


def _epoch(dependency: Dependency, feed: Epochs) -> int:
    if not dependency.clauses:
        return feed.epoch(dependency.dataset, _EVERYTHING)
    return min(feed.epoch(dependency.dataset, clause) for clause in dependency.clauses)
