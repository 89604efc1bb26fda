"""The newest changes in memory, shared by all clients of the event stream, so that a change is read once."""

from bisect import bisect_right
from collections import deque
from operator import attrgetter

from catalogue.changes.change import Change

MAX_CHANGES = 2_000
MAX_IDS = 50_000
_position = attrgetter("position")


class RecentChanges:
    """Holds every change after `complete_after`, at most `MAX_CHANGES` of them with `MAX_IDS` ids."""

    def __init__(self, position: int) -> None:
        self.complete_after = position
        self._changes: deque[Change] = deque()
        self._ids = 0

    def add(self, change: Change) -> None:
        self._changes.append(change)
        self._ids += len(change.ids or ())
        while len(self._changes) > MAX_CHANGES or self._ids > MAX_IDS:
            oldest = self._changes.popleft()
            self.complete_after = oldest.position
            self._ids -= len(oldest.ids or ())

    def after(self, position: int, *, limit: int) -> list[Change] | None:
        """The changes that follow `position`, or None when some of them are no longer here."""
        if position < self.complete_after:
            return None
        start = bisect_right(self._changes, position, key=_position)
        return [self._changes[place] for place in range(start, min(start + limit, len(self._changes)))]
