"""The WebSocket consumer: authorise, join the hub, leave."""

from contextlib import ExitStack
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer

from realtime import metrics
from realtime.limits import frame_bucket
from realtime.messages import SUBPROTOCOL, BadFrame, CloseCode, Subscribe, parse_client_frame
from realtime.viewers import Viewer
from realtime.watching import watch


class SeatMapConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """The live seat map of one event."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle messages one after the other until the socket is closed.

        This replaces Channels' own dispatch loop, which creates a task for each message, hops to a
        thread to close old database connections, and opens a channel for each viewer. None of that
        is needed here: the hub holds the subscription, and no handler touches the database on this
        thread.
        """
        self.scope, self.base_send = scope, send
        # Leave the hub however the socket ends, even when connecting is cancelled half-way.
        with ExitStack() as self._leaving:
            while (message := await receive())["type"] != "websocket.disconnect":
                await getattr(self, get_handler_name(message))(message)
        metrics.count_closed(message["code"])

    async def connect(self) -> None:
        # Accept before checking: a rejected handshake is a bare 403 that cannot carry a close code.
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in self.scope["subprotocols"] else None)
        metrics.sockets_opened.inc()
        self._allowance = frame_bucket()
        self._viewer = Viewer(self.base_send)
        code = await watch(
            self._viewer,
            self.scope,
            event_id=int(self.scope["url_route"]["kwargs"]["event_id"]),
            leaving=self._leaving,
        )
        if code is not None:
            await self.close(code)

    async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:  # noqa: ARG002
        try:
            if not self._allowance.take():
                raise BadFrame
            message = parse_client_frame(text_data)
        except BadFrame:
            await self.close(CloseCode.PROTOCOL_ERROR)
            return
        if isinstance(message, Subscribe):
            self._viewer.subscribe(message)


class UnknownPath(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A socket whose path matches no route. Closed with 4404."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(CloseCode.NO_SUCH_EVENT)
