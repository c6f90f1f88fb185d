"""Let a viewer watch an event: check the limits and its authorisation, and join the hub."""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.db import Error

from accounts.client_ip import client_ip_of_scope
from realtime import threads
from realtime.hub import joining
from realtime.identity import identify
from realtime.limits import TooManySockets, socket_slot
from realtime.messages import CloseCode, resume_point
from realtime.revocation import Admission, close_on_revocation
from realtime.viewers import Viewer
from reservations.domain.errors import EventNotFound, MembersOnly, SeatcastError, SignInFirst
from reservations.read import selectors
from reservations.threads import in_thread

JOIN_SECONDS = 15.0
"""How long joining may take before the viewer is closed with 1012, so that the client retries."""

_CODE_BY_ERROR: dict[type[SeatcastError], int] = {
    EventNotFound: CloseCode.NO_SUCH_EVENT,
    SignInFirst: CloseCode.SIGN_IN_FIRST,
    MembersOnly: CloseCode.NOT_FOR_YOU,
}


async def watch(
    viewer: Viewer, scope: dict[str, Any], *, event_id: int, leaving: ExitStack
) -> int | None:
    """Let a viewer watch an event until `leaving` is closed.

    Return None, or the code to close it with if it may not. `scope` is that of its connection.
    """
    try:
        leaving.enter_context(socket_slot(client_ip_of_scope(scope)))
        async with asyncio.timeout(JOIN_SECONDS):
            await _join(viewer, scope, event_id=event_id, leaving=leaving)
    except TooManySockets:
        return CloseCode.TOO_MANY_SOCKETS
    except SeatcastError as error:
        return _CODE_BY_ERROR[type(error)]
    except (Error, TimeoutError):
        return CloseCode.RESTARTING
    return None


async def _join(
    viewer: Viewer, scope: dict[str, Any], *, event_id: int, leaving: ExitStack
) -> None:
    async with joining(event_id) as hub:
        if not hub.is_public:
            admission = await in_thread(partial(_admission, event_id, dict(scope)), threads.OTHERS)
            leaving.enter_context(close_on_revocation(viewer, admission))
            viewer.is_admitted = True
        query_string = scope["query_string"].decode("latin-1")
        await hub.add(viewer, **resume_point(query_string))
        leaving.callback(hub.remove, viewer)


def _admission(event_id: int, scope: dict[str, Any]) -> Admission:
    """Return what entitles a client to an event that is not public.

    Raises: EventNotFound, SignInFirst, MembersOnly.
    """
    identity = identify(scope)
    selectors.require_access_uncached(event_id=event_id, requester=identity.requester)
    if identity.credential is None:
        raise SignInFirst
    person_id = identity.credential.person_id
    members = selectors.members_among(event_id=event_id, person_ids={person_id})
    return Admission(event_id, identity.credential, is_member=person_id in members)
