"""Sockets that somebody was let in to, and which end with what let them in.

Only those of members-only events: who watches a public one is nobody in particular.

Concurrency. Runs on the loop that serves the sockets; it looks in a thread.

Lifecycle. While there are such sockets, one task of the process looks at all of them every second,
which takes one query at most (see `accounts.revocations`), and one for each event that somebody
watches by a permission, without being a member. Now and then it asks who is a member still, with
one query for each event.

Guarantees. A socket is closed with 4401 within about a second of the end of its session or family
of tokens, wherever that happened, and of its credential's own expiry; with 4403 within about a
second of the end of a permission, and within MEMBERSHIP_SECONDS of the end of a membership.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from accounts.revocations import Credential, ended_among
from realtime import threads
from realtime.messages import CloseCode
from realtime.viewers import Viewer
from reservations.read import selectors
from reservations.threads import in_thread

POLL_SECONDS = 1.0
MEMBERSHIP_SECONDS = 15.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """By what somebody was let in to an event: as a member, or else by a permission."""

    event_id: int
    credential: Credential
    is_member: bool


@contextmanager
def close_on_revocation(viewer: Viewer, admission: Admission) -> Iterator[None]:
    """Hold a viewer's socket against what let it in, for as long as the context is open."""
    global _poll_task
    _admissions[viewer] = admission
    if _poll_task is None:
        _poll_task = asyncio.create_task(_poll_revocations())
    try:
        yield
    finally:
        _admissions.pop(viewer, None)
        if not _admissions and _poll_task is not None:
            _poll_task.cancel()
            _poll_task = None


_admissions: dict[Viewer, Admission] = {}
_poll_task: asyncio.Task[None] | None = None


async def _poll_revocations() -> None:
    since_members = 0.0
    while True:
        await asyncio.sleep(POLL_SECONDS)
        since_members += POLL_SECONDS
        try:
            await _close_ended_sessions()
            await _close_without_permission(selectors.permitted_to_watch, is_member=False)
            if since_members >= MEMBERSHIP_SECONDS:
                since_members = 0.0
                await _close_without_permission(selectors.members_among, is_member=True)
        except Exception:
            logger.exception("Sockets cannot be held against what let them in")


async def _close_ended_sessions() -> None:
    credentials = {admission.credential for admission in _admissions.values()}
    ended = await in_thread(partial(ended_among, credentials), threads.OTHERS)
    if ended:
        for viewer, admission in tuple(_admissions.items()):
            if admission.credential in ended:
                _close(viewer, CloseCode.SIGN_IN_FIRST)


async def _close_without_permission(
    admitted_among: Callable[..., set[int]], *, is_member: bool
) -> None:
    """Close the sockets of those, let in in one of the two ways, who would not be any more."""
    people_by_event: dict[int, set[int]] = {}
    for admission in _admissions.values():
        if admission.is_member is is_member:
            people = people_by_event.setdefault(admission.event_id, set())
            people.add(admission.credential.person_id)
    for event_id, people in people_by_event.items():
        revoked = people - await in_thread(
            partial(admitted_among, event_id=event_id, person_ids=people), threads.OTHERS
        )
        for viewer, admission in tuple(_admissions.items()):
            if (
                admission.event_id == event_id
                and admission.is_member is is_member
                and admission.credential.person_id in revoked
            ):
                _close(viewer, CloseCode.NOT_FOR_YOU)


def _close(viewer: Viewer, code: int) -> None:
    # Once: it may take a while to go.
    del _admissions[viewer]
    viewer.transport.close(code)
