"""An export over HTTP: one at a time for each of a few slots, ended when the client leaves or stalls."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import anyio
from fastapi import Depends, Request, Response
from starlette.responses import StreamingResponse

from catalogue.db.reading import ReadSession
from catalogue.errors import Unavailable
from catalogue.listing.declaration import Collection
from catalogue.listing.exporting import ExportFormat, copy_rows, parse_export
from catalogue.listing.list_request import ListRequest
from catalogue.listing.searching import Searches

if TYPE_CHECKING:
    from starlette.types import Scope, Send

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_STALL_S = 60
_RETRY_S = 5


@dataclass(frozen=True, slots=True)
class ExportServer:
    """Each export holds a read connection for as long as it runs, so only so many may run at once."""

    reader: ReadSession
    searches: Searches
    slots: int
    _running: set[object] = field(default_factory=set)

    def respond(self, collection: Collection, scope: "Scope") -> Response:
        """Every row of the list that matches. Raises ValidationFailed; the response raises Unavailable."""
        asked, export_format = parse_export(collection, scope["query_string"])
        return ExportResponse(self, asked, export_format, file_name=collection.name)

    def report(self, collection: Collection, query_string: bytes, *, file_name: str) -> Response:
        """The same of a list that has no address of its own, marked so that spreadsheets know its encoding."""
        asked, export_format = parse_export(collection, query_string)
        head = BYTE_ORDER_MARK if export_format.name == "csv" else b""
        return ExportResponse(self, asked, export_format, file_name=file_name, head=head)

    async def stream(self, response: "ExportResponse", send: "Send") -> None:
        """Send the whole response. Raises Unavailable when every slot is taken."""
        if len(self._running) >= self.slots:
            raise Unavailable("other exports are running", retry_after_s=_RETRY_S)
        self._running.add(response)
        try:
            await response.copy(self.reader, send)
        finally:
            self._running.discard(response)


class ExportResponse(StreamingResponse):
    """Starts with the first piece, so that what fails before it still gets a problem of its own."""

    def __init__(
        self,
        server: ExportServer,
        asked: ListRequest,
        export_format: ExportFormat,
        *,
        file_name: str,
        head: bytes = b"",
    ) -> None:
        disposition = f'attachment; filename="{file_name}.{export_format.name}"'
        super().__init__(
            (), media_type=export_format.media_type, headers={"Content-Disposition": disposition}
        )
        self._server, self._asked, self._format, self._head = server, asked, export_format, head

    async def stream_response(self, send: "Send") -> None:
        await self._server.stream(self, send)

    async def copy(self, reader: ReadSession, send: "Send") -> None:
        """Copy the rows to the client. Raises Unavailable."""
        started = False
        asked = await self._server.searches.looked_up(self._asked, may_walk=False)

        async def start() -> None:
            nonlocal started
            started = True
            message = {"type": "http.response.start", "status": self.status_code}
            await send({**message, "headers": self.raw_headers})
            await self._send(send, self._head)

        async def sink(piece: bytes) -> None:
            if not started:
                await start()
            await self._send(send, piece)

        await copy_rows(reader, asked, self._format, sink=sink)
        if not started:
            await start()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: "Send", piece: bytes) -> None:
        if piece:
            with anyio.fail_after(_LONGEST_STALL_S):
                await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _export_server(request: Request) -> ExportServer:
    server: ExportServer = request.app.state.exports
    return server


Exports = Annotated[ExportServer, Depends(_export_server)]
"""What a route asks for to export a collection."""
