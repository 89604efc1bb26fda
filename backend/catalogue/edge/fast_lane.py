"""Lists answered before any routing: the address is looked up, the list engine does the rest.

Matching a route and solving its dependencies costs as much as reading the page (docs/decisions/0004-flat-routes.md).
The same lists are routes as well, for the documentation and for whoever calls them another way.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

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
        self._collections = collections

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        collection = self._collections.get(scope["path"]) if scope["type"] == "http" else None
        if collection is None or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        scope["matched_path"] = scope["path"]
        lists: ListServer = scope["app"].state.lists
        try:
            response = await lists.respond(collection, scope)
        except CatalogueError as error:
            response = problem_response(error, scope["state"]["request_id"])
        await response(scope, receive, send)
