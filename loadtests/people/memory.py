"""What somebody has in memory: the last answers with their ETag, as a browser has them."""

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import orjson

REMEMBERED = 200
_SHARED = 3_000

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One answer; `read_at` is of the monotonic clock."""

    etag: str
    answer: dict[str, Any]
    read_at: float

    def age_s(self) -> float:
        return monotonic() - self.read_at


class Memory:
    """The answers of one person by address, at most `REMEMBERED`; those not read for longest go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Remembered] = OrderedDict()

    def get(self, address: str) -> Remembered | None:
        return self._known.get(address)

    def keep(self, address: str, etag: str, answer: dict[str, Any]) -> None:
        _put(self._known, address, Remembered(etag, answer, monotonic()), most=REMEMBERED)

    def forget(self) -> None:
        self._known.clear()


class Parser:
    """Reads JSON, and what many people are sent once only: the generator shares two processors with the server."""

    def __init__(self) -> None:
        self._parsed: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()

    def parse(self, address: str, etag: str, content: bytes) -> dict[str, Any]:
        """The answer, which nobody may change. Raises ValueError for what is no JSON object."""
        found = self._parsed.get((address, etag)) if etag else None
        if found is None:
            found = orjson.loads(content)
            if not isinstance(found, dict):
                raise ValueError(f"{address} answers no JSON object")
            if etag:
                _put(self._parsed, (address, etag), found, most=_SHARED)
        return found


def _put(kept: OrderedDict[Key, Value], key: Key, value: Value, *, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
