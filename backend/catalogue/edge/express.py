"""Hits in memory for readers who are known already or show nothing: let in, counted and answered with nothing to wait for.

So are those of them turned away who come while there are too many. Whatever is not as plain as that goes the long way,
through `Admission`.
"""

from typing import TYPE_CHECKING

from catalogue.callers.gate import Gate
from catalogue.edge.admission import for_its_caller_only
from catalogue.edge.cache_layer import CacheLayer
from catalogue.edge.protection import transport_headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Express:
    """`long_way` decides on everything else, and asks `layer` itself."""

    def __init__(self, long_way: "ASGIApp", layer: CacheLayer, gate: Gate, *, hsts_s: int) -> None:
        self.layer = layer
        self._long_way = long_way
        self._gate = gate
        self._always = transport_headers(hsts_s)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        admitted = self._gate.at_once(scope)
        if admitted is not None:
            allowance, is_private = admitted
            messages = self.layer.local_hit(scope) or self.layer.turned_away(scope)
            if messages is not None:
                start, body = messages
                start["headers"] += (*allowance.headers, *self._always)
                if is_private:
                    start["headers"] = for_its_caller_only(start["headers"])
                if start["status"] == 304:
                    allowance.left += 1
                await send(start)
                await send(body)
                return
            allowance.left += 1
        await self._long_way(scope, receive, send)
