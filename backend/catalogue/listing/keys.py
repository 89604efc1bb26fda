"""Sort keys as JSON and back: what a row's place in a list is made of."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from catalogue.listing.list_request import SortKeys

_INFINITE = {"infinity": date.max, "-infinity": date.min}


def plain_keys(keys: Iterable[object]) -> list[object]:
    """Keys as orjson can write them; decimals as text, so that none of their digits is lost."""
    return [str(key) if isinstance(key, Decimal) else key for key in keys]


def typed_keys(keys: Iterable[object], sort: SortKeys) -> tuple[object, ...]:
    """Keys as PostgreSQL wants them, by the type of each sort."""
    return tuple(typed_key(key, declared.python_type) for key, (declared, _) in zip(keys, sort, strict=True))


def typed_key(key: object, python_type: type[object]) -> object:
    """A key that was JSON, as asyncpg wants it; PostgreSQL's infinite dates are Python's first and last."""
    if python_type is Decimal:
        return Decimal(str(key))
    if python_type is datetime:
        return datetime.fromisoformat(str(key))
    if python_type is date:
        return _INFINITE.get(str(key)) or date.fromisoformat(str(key))
    return key
