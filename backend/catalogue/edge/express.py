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

    from catalogue.edge.cache_layer import Messages
    from catalogue.limits.allowances import Allowance


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
            layer = self.layer
            messages = layer.local_hit(scope) or layer.turned_away(scope)
            if messages is None and layer.has_asked(scope):
                messages = await layer.let_in(scope, receive)
            if messages is not None:
                self._complete(messages, admitted)
                await send(messages[0])
                await send(messages[1])
                return
            admitted[0].left += 1
        await self._long_way(scope, receive, send)

    def settled_answer(self, scope: "Scope") -> "Messages | None":
        """The same for what needs nothing of the event loop, a hit or a refusal, in any thread; None decides nothing."""
        layer = self.layer
        has_entry = layer.has_entry(scope)
        if not has_entry and layer.lets_come(scope):
            return None
        if (admitted := self._gate.at_once(scope)) is None:
            return None
        messages = layer.local_hit(scope, settled=True) if has_entry else layer.turned_away(scope)
        if messages is None:
            admitted[0].left += 1
        else:
            self._complete(messages, admitted)
        return messages

    def _complete(self, messages: "Messages", admitted: "tuple[Allowance, bool]") -> None:
        """Tell of the limit and to whom the answer is; one that says that nothing has changed is free."""
        allowance, is_private = admitted
        start = messages[0]
        start["headers"] += allowance.headers
        if self._always:
            start["headers"] += self._always
        if is_private:
            start["headers"] = for_its_caller_only(start["headers"])
        if start["status"] == 304:
            allowance.left += 1
