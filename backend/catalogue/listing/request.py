"""A list's query string, parsed strictly: what is unknown, repeated or out of range is refused, never ignored."""

from dataclasses import replace
from typing import cast
from urllib.parse import urlencode

from catalogue.errors import FieldError, ValidationFailed
from catalogue.listing import values
from catalogue.listing.declaration import Collection, Filter, Sort
from catalogue.listing.list_request import Count, ListRequest, SortKeys
from catalogue.listing.values import BadValue
from catalogue.query_strings import split_parameters

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
MAX_REPEATS = 200
MAX_SORTS = 8
POSITIONS = ("cursor", "offset", "page")
COUNTS = ("auto", "exact", "none")


_LIMIT = values.integer(1, MAX_LIMIT)
_OFFSET = values.integer(0)
_PAGE = values.integer(1)


class _Parser:
    """Collects values and errors, so that one answer names all that is wrong."""

    def __init__(self, collection: Collection, query_string: bytes) -> None:
        self.collection = collection
        self.errors: list[FieldError] = []
        self.texts = self._split(query_string)
        self.given = frozenset(self.texts)

    def _split(self, query_string: bytes) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for name, text in split_parameters(query_string):
            texts.setdefault(name, []).append(text)
        return texts

    def refuse(self, name: str, code: str, message: str) -> None:
        self.errors.append(FieldError(f"query.{name}", code, message))

    def single(self, name: str) -> str | None:
        texts = self.texts.pop(name, None)
        if texts is None:
            return None
        if len(texts) > 1:
            self.refuse(name, "repeated", "must be given once")
            return None
        return texts[0]

    def integer(self, name: str, value: values.Value) -> int | None:
        if (text := self.single(name)) is None:
            return None
        try:
            return cast("int", value.parse(text))
        except BadValue as bad:
            self.refuse(name, bad.code, bad.message)
            return None

    def comma_list(self, name: str) -> list[str]:
        text = self.single(name)
        return [] if text is None else [part.strip() for part in text.split(",")]

    def filters(self) -> dict[str, tuple[object, ...]]:
        parsed: dict[str, tuple[object, ...]] = {}
        for declared in self.collection.filters:
            if (texts := self.texts.pop(declared.name, None)) is not None and (
                found := self._filter(declared, texts)
            ):
                parsed[declared.name] = found
        return parsed

    def _filter(self, declared: Filter, texts: list[str]) -> tuple[object, ...]:
        if declared.comma_list:
            texts = [part for text in texts for part in text.split(",")]
        if len(texts) > 1 and not declared.repeatable:
            self.refuse(declared.name, "repeated", "must be given once")
            return ()
        if len(texts) > MAX_REPEATS:
            self.refuse(declared.name, "too_many", f"must have at most {MAX_REPEATS} values")
            return ()
        try:
            found = tuple(dict.fromkeys(declared.value.parse(text) for text in texts))
        except BadValue as bad:
            self.refuse(declared.name, bad.code, bad.message)
            return ()
        if declared.prepare is not None and declared.prepare(found[0]) is None:
            return ()
        return found

    def sort(self, filters: dict[str, tuple[object, ...]]) -> SortKeys:
        parts = self.comma_list("sort") if "sort" in self.texts else []
        if not parts:
            chosen = (sort for name, sort in self.collection.sort_with.items() if name in filters)
            parts = next(chosen, self.collection.default_sort).split(",")
        keys: dict[str, tuple[Sort, bool]] = {}
        for part in parts[: MAX_SORTS + 1]:
            name = part.removeprefix("-")
            declared = self.collection.sort_by_name.get(name)
            if name in keys:
                continue
            if declared is None:
                self.refuse("sort", "unknown_field", f"cannot sort by '{name[:50]}'")
                continue
            if declared.needs is not None and declared.needs not in filters:
                if declared.needs not in self.given:
                    self.refuse("sort", "needs_filter", f"'{name}' needs the parameter '{declared.needs}'")
                continue
            keys[name] = (declared, part.startswith("-"))
        if len(parts) > MAX_SORTS:
            self.refuse("sort", "too_many", f"must have at most {MAX_SORTS} fields")
        return self._total_order(keys)

    def _total_order(self, keys: dict[str, tuple[Sort, bool]]) -> SortKeys:
        ordered = list(keys.values())
        names = [sort.name for sort, _ in ordered]
        if "id" in names:
            return tuple(ordered[: names.index("id") + 1])
        descending = ordered[-1][1] if ordered else False
        return (*ordered, (self.collection.sort_by_name["id"], descending))

    def fields(self) -> tuple[str, ...]:
        if "fields" not in self.texts:
            return self.collection.fields
        wanted = {"id", *self.comma_list("fields")}
        for name in sorted(wanted.difference(self.collection.all_fields)):
            self.refuse("fields", "unknown_field", f"there is no field '{name[:50]}'")
        return tuple(name for name in self.collection.all_fields if name in wanted)

    def facets(self) -> tuple[str, ...]:
        wanted = self.comma_list("facets") if "facets" in self.texts else []
        for name in sorted(set(wanted).difference(self.collection.facet_by_name)):
            self.refuse("facets", "unknown_facet", f"there is no facet '{name[:50]}'")
        return tuple(name for name in self.collection.facet_by_name if name in wanted)

    def position(self, limit: int) -> tuple[int | None, str | None]:
        given = [name for name in POSITIONS if name in self.texts]
        for name in given[1:]:
            self.refuse(name, "excluded", f"cannot be combined with '{given[0]}'")
        cursor = self.single("cursor")
        offset = self.integer("offset", _OFFSET)
        page = self.integer("page", _PAGE)
        if page is not None:
            offset = min((page - 1) * limit, values.MAX_BIGINT)
        return offset, cursor

    def count(self) -> Count:
        text = self.single("count")
        if text is not None and text not in COUNTS:
            self.refuse("count", "not_a_choice", f"must be one of {', '.join(COUNTS)}")
        return cast("Count", text or "auto")

    def finish(self) -> None:
        for name in self.texts:
            self.refuse(name[:50], "unknown_parameter", "is not a parameter of this list")
        if self.errors:
            raise ValidationFailed(*self.errors)


def parse_request(collection: Collection, query_string: bytes) -> ListRequest:
    """Parse the query string of a list. Raises ValidationFailed naming every parameter that is wrong."""
    parser = _Parser(collection, query_string)
    limit = parser.integer("limit", _LIMIT) or DEFAULT_LIMIT
    offset, cursor = parser.position(limit)
    filters = parser.filters()
    request = ListRequest(
        collection=collection,
        filters=filters,
        sort=parser.sort(filters),
        fields=parser.fields(),
        limit=limit,
        offset=offset,
        cursor=cursor,
        count=parser.count(),
        facets=parser.facets(),
    )
    parser.finish()
    return request


def parse_filters(collection: Collection, query_string: bytes) -> ListRequest:
    """Parse a query string that may hold the collection's filters and nothing else (stats)."""
    parser = _Parser(collection, query_string)
    filters = parser.filters()
    parser.finish()
    return ListRequest(
        collection=collection,
        filters=filters,
        sort=(),
        fields=(),
        limit=DEFAULT_LIMIT,
        offset=None,
        cursor=None,
        count="none",
    )


def with_filter(request: ListRequest, name: str, text: str) -> ListRequest:
    """The same request with one more filter and the sort that goes with it."""
    parser = _Parser(request.collection, urlencode({name: text}).encode())
    filters = {**request.filters, **parser.filters()}
    return replace(request, filters=filters, sort=parser.sort(filters))
