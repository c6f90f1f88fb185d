"""The WebSocket consumer: authorise, join the hub, leave."""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error

from accounts.client_ip import client_ip_of_scope
from realtime import metrics, threads
from realtime.hub import joining
from realtime.identity import identify
from realtime.limits import TooManySockets, frame_bucket, socket_slot
from realtime.messages import (
    SUBPROTOCOL,
    BadFrame,
    CloseCode,
    parse_client_frame,
    resume_point,
)
from realtime.revocation import Admission, close_on_revocation
from realtime.viewers import Viewer
from reservations.domain.errors import EventNotFound, MembersOnly, SeatcastError, SignInFirst
from reservations.read import selectors
from reservations.threads import in_thread

JOIN_SECONDS = 15.0
"""How long joining may take before the socket is closed with 1012, so that the client retries."""

_CODE_BY_ERROR: dict[type[SeatcastError], int] = {
    EventNotFound: CloseCode.NO_SUCH_EVENT,
    SignInFirst: CloseCode.SIGN_IN_FIRST,
    MembersOnly: CloseCode.NOT_FOR_YOU,
}


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
        with ExitStack() as self._open:
            while (message := await receive())["type"] != "websocket.disconnect":
                await getattr(self, get_handler_name(message))(message)
        metrics.count_closed(message["code"])

    async def connect(self) -> None:
        # Accept before checking: a rejected handshake is a bare 403 that cannot carry a close code.
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in self.scope["subprotocols"] else None)
        metrics.sockets_opened.inc()
        self._viewer = Viewer(self.base_send)
        self._allowance = frame_bucket()
        try:
            self._open.enter_context(socket_slot(client_ip_of_scope(self.scope)))
            async with asyncio.timeout(JOIN_SECONDS):
                await self._join(int(self.scope["url_route"]["kwargs"]["event_id"]))
        except TooManySockets:
            await self.close(CloseCode.TOO_MANY_SOCKETS)
        except SeatcastError as error:
            await self.close(_CODE_BY_ERROR[type(error)])
        except (Error, TimeoutError):
            await self.close(CloseCode.RESTARTING)

    async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:  # noqa: ARG002
        try:
            if not self._allowance.take():
                raise BadFrame
            parse_client_frame(text_data)
        except BadFrame:
            await self.close(CloseCode.PROTOCOL_ERROR)

    async def _join(self, event_id: int) -> None:
        async with joining(event_id) as hub:
            if not hub.is_public:
                admission = await in_thread(
                    partial(_admission, event_id, dict(self.scope)), threads.OTHERS
                )
                self._open.enter_context(close_on_revocation(self._viewer, admission))
                self._viewer.is_admitted = True
            query_string = self.scope["query_string"].decode("latin-1")
            await hub.add(self._viewer, **resume_point(query_string))
            self._open.callback(hub.remove, self._viewer)


class UnknownPath(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A socket whose path matches no route. Closed with 4404."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(CloseCode.NO_SUCH_EVENT)


def _admission(event_id: int, scope: dict[str, Any]) -> Admission:
    """Return what entitles the socket to a members-only event. Raises: SignInFirst, MembersOnly."""
    identity = identify(scope)
    if identity.credential is None:
        raise SignInFirst
    selectors.require_access_uncached(event_id=event_id, requester=identity.requester)
    person_id = identity.credential.person_id
    members = selectors.members_among(event_id=event_id, person_ids={person_id})
    return Admission(event_id, identity.credential, is_member=person_id in members)
