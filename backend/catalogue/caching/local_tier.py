"""Entries in the worker's memory, bounded by bytes, evicted by CLOCK (Corbató 1968).

A hit only counts itself, which is all that recency costs; eviction gives what was hit since it last looked another
round.
"""

from collections import deque

from catalogue.caching.address import Address
from catalogue.caching.entry import Entry

LARGEST_SHARE = 8
"""An entry may take at most this part of the room."""


class LocalTier:
    """Entries hang on their addresses; this keeps account of them. `max_bytes` 0 keeps nothing."""

    def __init__(self, *, max_bytes: int) -> None:
        self.bytes = 0
        self.evicted = 0
        self._max_bytes = max_bytes
        self._ring: deque[tuple[Address, Entry, int]] = deque()

    def __len__(self) -> int:
        return sum(address.entry is entry for address, entry, _ in self._ring)

    def keep(self, address: Address, entry: Entry) -> None:
        """Put an entry in the place of the address's former one."""
        size = entry.size_bytes
        if size * LARGEST_SHARE > self._max_bytes:
            self.drop(address)
            return
        address.entry = entry
        self._ring.append((address, entry, size))
        self.bytes += size
        self._make_room()

    def grown(self, address: Address, entry: Entry) -> None:
        """Account for an entry that got another encoding."""
        if address.entry is entry:
            self.keep(address, entry)

    def drop(self, address: Address) -> None:
        """Forget an address's entry; its room is given back when the hand comes by."""
        address.entry = None

    def addresses(self) -> list[Address]:
        """Those that have an entry."""
        return list(
            {id(address): address for address, entry, _ in self._ring if address.entry is entry}.values()
        )

    def clear(self) -> None:
        """Forget everything."""
        for address, _, _ in self._ring:
            address.entry = None
        self._ring.clear()
        self.bytes = 0

    def _make_room(self) -> None:
        while self.bytes > self._max_bytes and self._ring:
            address, entry, size = self._ring.popleft()
            current = address.entry is entry and size == entry.size_bytes
            if current and entry.hits != entry.hits_seen:
                entry.hits_seen = entry.hits
                self._ring.append((address, entry, size))
                continue
            self.bytes -= size
            if current:
                address.entry = None
                self.evicted += 1
