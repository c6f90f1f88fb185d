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
from realtime.messages import CloseCode, resume_point, wants_figures
from realtime.revocation import Admission, Grounds, close_on_revocation
from realtime.subscriptions import subscription_of
from realtime.viewers import Viewer
from reservations.domain.errors import (
    EventNotFound,
    MembersOnly,
    NotPermitted,
    SeatcastError,
    SignInFirst,
)
from reservations.events import access
from reservations.runtime.threads import in_thread

JOIN_SECONDS = 15.0
"""How long joining may take before the viewer is closed with 1012, so that the client retries."""

_CODE_BY_ERROR: dict[type[SeatcastError], int] = {
    EventNotFound: CloseCode.NO_SUCH_EVENT,
    SignInFirst: CloseCode.SIGN_IN_FIRST,
    MembersOnly: CloseCode.NOT_FOR_YOU,
    NotPermitted: CloseCode.NOT_FOR_YOU,
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
        query_string = scope["query_string"].decode("latin-1")
        has_figures = wants_figures(query_string)
        if has_figures or not hub.is_public:
            admit = partial(
                _admissions,
                event_id,
                dict(scope),
                is_public=hub.is_public,
                has_figures=has_figures,
            )
            for admission in await in_thread(admit, threads.OTHERS):
                leaving.enter_context(close_on_revocation(viewer, admission))
                viewer.is_admitted |= admission.by is not Grounds.FIGURES
        viewer.subscription = subscription_of(query_string)
        await hub.add(viewer, **resume_point(query_string))
        leaving.callback(hub.remove, viewer)
        if has_figures:
            hub.send_figures(viewer)


def _admissions(
    event_id: int, scope: dict[str, Any], *, is_public: bool, has_figures: bool
) -> list[Admission]:
    """Return what entitles a client to an event that is not public, and to its figures.

    Raises: EventNotFound, SignInFirst, MembersOnly, NotPermitted.
    """
    identity = identify(scope)
    access.require_access_uncached(event_id=event_id, requester=identity.requester)
    if identity.credential is None:
        raise SignInFirst
    person_id = identity.credential.person_id
    grounds: list[Grounds] = []
    if not is_public:
        members = access.members_among(event_id=event_id, person_ids={person_id})
        grounds.append(Grounds.MEMBERSHIP if person_id in members else Grounds.PERMISSION)
    if has_figures:
        organisers = access.permitted_organisers(event_id=event_id, person_ids={person_id})
        if not (identity.requester.has_powers and person_id in organisers):
            raise NotPermitted
        grounds.append(Grounds.FIGURES)
    return [Admission(event_id, identity.credential, by) for by in grounds]
