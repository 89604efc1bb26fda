"""From a request's path and query string to its address: one look-up when it was seen before."""

from collections.abc import Sequence
from weakref import WeakValueDictionary

from catalogue.caching.address import Address, CachedRoute
from catalogue.errors import CatalogueError

MAX_KNOWN = 16_384
MAX_QUERY_BYTES = 2_048


class AddressBook:
    """The addresses of one worker. `known` maps what was written to what was meant, boundedly."""

    def __init__(self, routes: Sequence[CachedRoute]) -> None:
        self.known: dict[tuple[str, bytes], Address] = {}
        self._routes = tuple(routes)
        self._canonical: WeakValueDictionary[str, Address] = WeakValueDictionary()

    def find(self, path: str, query_string: bytes) -> Address | None:
        """The address of a request; None when its route is not cached or will refuse it."""
        raw = (path, query_string)
        if (known := self.known.get(raw)) is not None:
            return known
        if len(query_string) > MAX_QUERY_BYTES or (address := self._understood(path, query_string)) is None:
            return None
        address = self._canonical.setdefault(address.canonical, address)
        if len(self.known) >= MAX_KNOWN:
            del self.known[next(iter(self.known))]
        self.known[raw] = address
        return address

    def _understood(self, path: str, query_string: bytes) -> Address | None:
        for route in self._routes:
            if (match := route.pattern.fullmatch(path)) is not None:
                try:
                    question = route.understand(match, query_string)
                except CatalogueError:
                    return None
                return Address(route, question, path=path, query_string=query_string)
        return None
