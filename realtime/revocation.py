"""Close sockets whose session, token, permission or membership has been revoked.

Only sockets of members-only events, and those with the figures of a sale, are registered; watching
a public event needs no credential.

Concurrency. Runs on the event loop that serves the sockets; queries run in a thread.

Lifecycle. While any socket is registered, one task per process checks all of them every second. A
check takes at most one query for credentials (see `accounts.revocations`), one for each event
watched by a permission without a membership, and one for each whose figures are watched.
Memberships are checked every MEMBERSHIP_SECONDS, with one query for each event.

Guarantees. A socket is closed with 4401 within about a second after its session, its token family
or its credential's own lifetime has ended; with 4403 within about a second after a permission was
revoked, and within MEMBERSHIP_SECONDS after a membership was.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from accounts.revocations import Credential, invalid_among
from realtime import threads
from realtime.messages import CloseCode
from realtime.viewers import Viewer
from reservations.events import access
from reservations.runtime.threads import in_thread

POLL_SECONDS = 1.0
MEMBERSHIP_SECONDS = 15.0

logger = logging.getLogger(__name__)


class Grounds(Enum):
    """What lets a viewer watch an event, or its figures."""

    MEMBERSHIP = auto()
    PERMISSION = auto()
    FIGURES = auto()


@dataclass(frozen=True, slots=True)
class Admission:
    """What entitles a viewer to watch an event or its figures, until it is revoked."""

    event_id: int
    credential: Credential
    by: Grounds


@contextmanager
def close_on_revocation(viewer: Viewer, admission: Admission) -> Iterator[None]:
    """Close the viewer's socket if its admission is revoked while the context is open."""
    global _poll_task
    _admissions[viewer, admission] = None
    if _poll_task is None:
        _poll_task = asyncio.create_task(_poll_revocations())
    try:
        yield
    finally:
        _admissions.pop((viewer, admission), None)
        if not _admissions and _poll_task is not None:
            _poll_task.cancel()
            _poll_task = None


_admissions: dict[tuple[Viewer, Admission], None] = {}
_poll_task: asyncio.Task[None] | None = None


async def _poll_revocations() -> None:
    since_members = 0.0
    while True:
        await asyncio.sleep(POLL_SECONDS)
        since_members += POLL_SECONDS
        try:
            await _close_ended_sessions()
            await _close_without_permission(access.permitted_viewers, Grounds.PERMISSION)
            await _close_without_permission(access.permitted_organisers, Grounds.FIGURES)
            if since_members >= MEMBERSHIP_SECONDS:
                since_members = 0.0
                await _close_without_permission(access.members_among, Grounds.MEMBERSHIP)
        except Exception:
            logger.exception("Revoked sockets cannot be looked up")


async def _close_ended_sessions() -> None:
    credentials = {admission.credential for _, admission in _admissions}
    ended = await in_thread(partial(invalid_among, credentials), threads.OTHERS)
    if ended:
        for viewer in {viewer for viewer, each in _admissions if each.credential in ended}:
            _close(viewer, CloseCode.SIGN_IN_FIRST)


async def _close_without_permission(admitted_among: Callable[..., set[int]], by: Grounds) -> None:
    """Close the sockets whose people, admitted `by` these grounds, `admitted_among` does not
    return.
    """
    people_by_event: dict[int, set[int]] = {}
    for _, admission in _admissions:
        if admission.by is by:
            people = people_by_event.setdefault(admission.event_id, set())
            people.add(admission.credential.person_id)
    for event_id, people in people_by_event.items():
        revoked = people - await in_thread(
            partial(admitted_among, event_id=event_id, person_ids=people), threads.OTHERS
        )
        for viewer in {
            viewer
            for viewer, each in _admissions
            if (each.event_id, each.by) == (event_id, by) and each.credential.person_id in revoked
        }:
            _close(viewer, CloseCode.NOT_FOR_YOU)


def _close(viewer: Viewer, code: int) -> None:
    # Only once: closing may take a while.
    for registered in [each for each in _admissions if each[0] is viewer]:
        del _admissions[registered]
    viewer.transport.close(code)
