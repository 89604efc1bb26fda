"""Lists answered before any routing: the address is looked up, the list engine does the rest.

Matching a route and solving its dependencies costs as much as reading the page (docs/decisions/0004-flat-routes.md).
The same lists are routes as well, for the documentation and for whoever calls them another way. A list is compressed
only for those who accept that, so whoever does not, the cache for one, does not pass through the compressing layer.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette_compress import CompressMiddleware

from catalogue.edge.problems import problem_response
from catalogue.errors import CatalogueError
from catalogue.listing.declaration import Collection

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from catalogue.listing.serving import ListServer


class FastLane:
    """`collections` by their address. The running program's `ListServer` is taken from the application."""

    def __init__(self, app: "ASGIApp", *, collections: Mapping[str, Collection]) -> None:
        self._app = app
        self._compressed = CompressMiddleware(self._answer)
        self._collections = collections

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in self._collections:
            await self._app(scope, receive, send)
            return
        scope["matched_path"] = scope["path"]
        accepts = any(name == b"accept-encoding" for name, _ in scope["headers"])
        await (self._compressed if accepts else self._answer)(scope, receive, send)

    async def _answer(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        lists: ListServer = scope["app"].state.lists
        try:
            response = await lists.respond(self._collections[scope["path"]], scope)
        except CatalogueError as error:
            response = problem_response(error, scope["state"]["request_id"])
        await response(scope, receive, send)
