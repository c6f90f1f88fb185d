"""One socket of an event's page: authorise, join the hub, leave."""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error

from accounts.addresses import client_of_scope
from realtime import metrics, threads
from realtime.hub import joining
from realtime.identity import identify
from realtime.limits import TooManySockets, frame_allowance, socket_slot
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
"""How long the database may keep a viewer waiting, before it is asked to come back later."""

_CODE_BY_ERROR: dict[type[SeatcastError], int] = {
    EventNotFound: CloseCode.NO_SUCH_EVENT,
    SignInFirst: CloseCode.SIGN_IN_FIRST,
    MembersOnly: CloseCode.NOT_FOR_YOU,
}


class SeatMapConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """The live seat map of one event."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one message after the other, until the socket is closed.

        In place of Channels' own loop, which makes a task for each message and a thread's hop to
        look after database connections, and gives each viewer a channel. A viewer needs none of
        it: the hub has the subscription, and no handler touches the database in this thread.
        """
        self.scope, self.base_send = scope, send
        # Whatever ends it, cancelled in the middle of connecting included, it leaves its hub.
        with ExitStack() as self._open:
            while (message := await receive())["type"] != "websocket.disconnect":
                await getattr(self, get_handler_name(message))(message)
        metrics.count_closed(message["code"])

    async def connect(self) -> None:
        # Accepted first: a refused handshake is a bare 403 that does not say why.
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in self.scope["subprotocols"] else None)
        metrics.sockets_opened.inc()
        self._viewer = Viewer(self.base_send)
        self._allowance = frame_allowance()
        try:
            self._open.enter_context(socket_slot(client_of_scope(self.scope)))
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
    """A socket to where nothing is."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(CloseCode.NO_SUCH_EVENT)


def _admission(event_id: int, scope: dict[str, Any]) -> Admission:
    """Return by what a socket's opener is let in. Raises: SignInFirst, MembersOnly."""
    opener = identify(scope)
    if opener.credential is None:
        raise SignInFirst
    selectors.require_access_now(event_id=event_id, asker=opener.asker)
    person_id = opener.credential.person_id
    members = selectors.members_among(event_id=event_id, person_ids={person_id})
    return Admission(event_id, opener.credential, is_member=person_id in members)
