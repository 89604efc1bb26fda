"""The list indexes of one worker: who has one, whether it is fresh, and having it made."""

from collections.abc import Iterable
from time import monotonic

from catalogue.listing.index_building import IndexBuilder
from catalogue.listing.index_store import IndexStore
from catalogue.listing.list_index import ListIndex
from catalogue.listing.list_request import ListRequest

MIN_AGE_S = 1.0
"""A stale index is made anew no sooner than this after it was made."""
MAX_AGE_WITHOUT_EPOCH_S = 30.0
"""Where nothing tells whether the table changed, an index is made anew when it is this old."""


class ListIndexes:
    """No request waits for one: what is not there yet is asked for and used by later requests."""

    def __init__(self, store: IndexStore, builder: IndexBuilder) -> None:
        self._store = store
        self._builder = builder

    def local(self, request: ListRequest) -> ListIndex | None:
        """The index of this list, fresh or not."""
        return self._store.local(request.upward.digest)

    async def make(self, requests: Iterable[ListRequest]) -> None:
        """Have the indexes of these lists made where there are none, and wait for them."""
        missing = [request for request in requests if self.local(request) is None]
        for request in missing:
            self._builder.ask(request)
        if missing:
            await self._builder.idle()

    def current(self, request: ListRequest, epoch: str | None) -> tuple[ListIndex | None, bool]:
        """The index of this list and whether it is fresh at `epoch`; a better one is asked for when it is not."""
        index = self.local(request)
        if index is None:
            self._builder.ask(request)
            return None, False
        fresh = epoch is not None and index.epoch == epoch
        oldest_s = MIN_AGE_S if epoch is not None else MAX_AGE_WITHOUT_EPOCH_S
        if not fresh and monotonic() - index.built_at > oldest_s:
            self._builder.ask(request)
        return index, fresh
