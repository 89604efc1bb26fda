"""The SQL of a list page. Every shape is built and compiled once and then kept.

Five shapes exist: from the start, after a position (keyset), at an offset, and at an offset counted from a row (of
the list index) or from where a value of the first key begins. The offsets walk the index only and fetch the page's rows afterwards, so that what is skipped costs
keys, not rows.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, literal_column, select, union_all
from sqlalchemy.sql import Subquery

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.declaration import COMMON, Collection, Condition, Parameter
from catalogue.listing.keyset import branches_after, order_by
from catalogue.listing.list_index import STRIDE
from catalogue.listing.list_request import FilterShape, ListRequest, SortKeys, SortShape
from catalogue.listing.route import Placement

MAX_SHAPES = 2_000


def page_statement(request: ListRequest, placement: Placement, *, reverse: bool = False) -> Statement:
    """Rows of `item` (JSON text), the sort keys `key_0` … and the table's epoch; one row more than the page.

    `after` wants `key_0` … bound, `offset` wants `offset`, `anchor` wants both; so does `landmark`, but of the keys
    only the first. A list and the same from its other end share their statements.
    """
    return _page_statement(
        request.collection,
        request.filter_shape,
        request.upward.sort_shape,
        request.fields,
        request.limit + 1,
        placement,
        reverse != request.is_downward,
    )


def conditions(collection: Collection, shape: FilterShape) -> list[Condition]:
    """The WHERE clause of the filters that are present."""
    found = []
    for name, several in shape:
        declared = collection.filter_by_name[name]
        found.append(declared.condition(Parameter(name, declared.value, several)))
    return found


def matching_shape(request: ListRequest) -> FilterShape:
    """The same with every search looked up in its index: for statements that want all matching rows."""
    return tuple((name.removesuffix(COMMON), several) for name, several in request.filter_shape)


def sort_of(collection: Collection, shape: SortShape) -> SortKeys:
    """What a request's `sort_shape` was made from."""
    return tuple((collection.sort_by_name[name], descending) for name, descending in shape)


def key_columns(sort: SortKeys) -> list[Any]:
    """The sort keys, labelled `key_0`, `key_1` and so on."""
    return [declared.expression.label(f"key_{index}") for index, (declared, _) in enumerate(sort)]


@lru_cache(maxsize=MAX_SHAPES)
def _page_statement(  # noqa: PLR0913, PLR0917 - the arguments are the key of the cache
    collection: Collection,
    shape: FilterShape,
    sorted_by: SortShape,
    fields: tuple[str, ...],
    limit: int,
    placement: Placement,
    reverse: bool,  # noqa: FBT001 - as above
) -> Statement:
    sort = sort_of(collection, sorted_by)
    where = conditions(collection, shape)
    columns = [collection.column(name).label(name) for name in fields]
    size: ColumnElement[int] = literal_column(str(limit))
    in_order = order_by(sort, reverse=reverse)
    branches = _branches(sort, placement, reverse=reverse)
    if placement in {"start", "after"} and len(branches) <= 1:
        rows = select(*columns, *key_columns(sort)).where(*where, *branches).order_by(*in_order).limit(size)
    else:
        found = _found_keys(sort, where, branches, limit, reverse=reverse, placement=placement)
        rows = _fetched(collection, columns, found.subquery("found"), sort, reverse=reverse)
    return compile_statement(_as_json(collection, rows.subquery("page"), fields, sort, reverse=reverse))


def _branches(sort: SortKeys, placement: Placement, *, reverse: bool) -> list[Condition]:
    """Where the walk begins."""
    if placement == "after":
        return branches_after(sort, reverse=reverse)
    if placement == "anchor":
        return branches_after(sort, reverse=reverse, inclusive=True)
    return branches_after(sort[:1], reverse=reverse, inclusive=True) if placement == "landmark" else []


def _found_keys(  # noqa: PLR0913 - what a search for keys is made of
    sort: SortKeys,
    where: list[Condition],
    branches: list[Condition],
    limit: int,
    *,
    reverse: bool,
    placement: Placement,
) -> Select[Any]:
    """The keys of the page's rows, from an index alone.

    What is walked from a row of the list index has a limit of its own. Without it PostgreSQL takes an offset that it does
    not know for a tenth of the table, and plans the statement anew each time instead of keeping the plan.
    """
    keys, in_order = key_columns(sort), order_by(sort, reverse=reverse)
    size: ColumnElement[int] = literal_column(str(limit))
    enough: ColumnElement[int] = literal_column(str(limit if placement == "after" else limit + STRIDE))
    parts = [select(*keys).where(*where, branch).order_by(*in_order).limit(enough) for branch in branches]
    if len(parts) > 1:
        every = union_all(*(select(part.subquery()) for part in parts)).subquery("every")
        found = select(every).order_by(*_key_order(every, sort, reverse=reverse)).limit(size)
    elif placement == "anchor":
        near = parts[0].subquery("near")
        found = select(near).order_by(*_key_order(near, sort, reverse=reverse)).limit(size)
    else:
        found = select(*keys).where(*where, *branches).order_by(*in_order).limit(size)
    return found if placement == "after" else found.offset(bindparam("offset", type_=BigInteger))


def _key_order(source: Subquery, sort: SortKeys, *, reverse: bool) -> list[Any]:
    return [
        source.c[f"key_{index}"].desc() if descending != reverse else source.c[f"key_{index}"].asc()
        for index, (_, descending) in enumerate(sort)
    ]


def _fetched(
    collection: Collection, columns: list[Any], found: Subquery, sort: SortKeys, *, reverse: bool
) -> Select[Any]:
    """The rows that belong to keys found in an index; the last key is the id."""
    identity = found.c[f"key_{len(sort) - 1}"]
    return (
        select(*columns, *(found.c[f"key_{index}"] for index in range(len(sort))))
        .join_from(found, collection.model, collection.column("id") == identity)
        .order_by(*_key_order(found, sort, reverse=reverse))
    )


def _as_json(
    collection: Collection, page: Subquery, fields: tuple[str, ...], sort: SortKeys, *, reverse: bool
) -> Select[Any]:
    listed = ", ".join(f"page.{name}" for name in fields)
    listed_item = f"(SELECT row_to_json(item) FROM (SELECT {listed}) AS item)::text"  # noqa: S608 - declared names
    item = literal_column(listed_item, Text)
    keys = [page.c[f"key_{index}"] for index in range(len(sort))]
    epoch = [] if collection.epoch is None else [collection.epoch.label("epoch")]
    return select(item.label("item"), *keys, *epoch).order_by(*_key_order(page, sort, reverse=reverse))
