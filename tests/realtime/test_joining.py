"""Viewers that join with a number that this process has not published yet."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import pytest

from realtime import publisher
from realtime.hub import joining
from realtime.viewers import VIEWERS_BETWEEN_YIELDS, Viewer
from reservations.domain.states import Person
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.following import Follower

PATIENCE_SECONDS = 120
VIEWERS = 5 * VIEWERS_BETWEEN_YIELDS

Command = Callable[..., Any]
People = dict[str, Person]


@pytest.fixture
def _no_notifications(event: Event, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Changes are noticed only by comparisons that a viewer requests."""
    settings.SEATCAST_HEAD_CHECK_SECONDS = 60
    monkeypatch.setattr(publisher, "_loop", lambda: None)


async def _join(
    event: Event,
    send: Callable[[dict[str, Any]], Any],
    leaving: AsyncExitStack,
    since: int | None = None,
) -> None:
    async with joining(event.pk) as hub:
        viewer = Viewer(send)
        await hub.add(viewer, since=since, layout="plan")
        leaving.callback(hub.remove, viewer)


async def _nothing(_: dict[str, Any]) -> None:
    pass


@asynccontextmanager
async def _watched(event: Event) -> AsyncIterator[AsyncExitStack]:
    """Keep the event's hub open with one viewer; yield the stack that removes all viewers."""
    async with asyncio.timeout(PATIENCE_SECONDS), AsyncExitStack() as leaving:
        await _join(event, _nothing, leaving)
        yield leaving


@pytest.mark.usefixtures("_no_notifications")
async def test_viewers_with_a_number_from_the_future_share_one_query(
    event: Event, queries: list[str]
) -> None:
    async with _watched(event) as leaving:
        del queries[:]
        firsts: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            firsts.append(message)

        await asyncio.gather(*(_join(event, send, leaving, 999) for _ in range(VIEWERS)))
        while len(firsts) < VIEWERS:
            await asyncio.sleep(0)
    assert len([sql for sql in queries if "reservations_event" in sql]) == 1
    assert all('"snapshot"' in message["text"] for message in firsts)


@pytest.mark.usefixtures("_no_notifications")
async def test_cancelling_a_joining_viewer_does_not_stop_a_publication(
    event: Event, people: People, lock: Command
) -> None:
    async with _watched(event) as leaving:
        followers = [Follower(event.pk, seats={"plan": 8}) for _ in range(VIEWERS)]
        all_received = asyncio.Event()

        async def hear(follower: Follower, message: dict[str, Any]) -> None:
            follower.hear(message["text"])
            if follower.seq == 1:
                ahead.cancel()
            if all(each.seq == 1 for each in followers):
                all_received.set()

        for follower in followers:
            await _join(event, partial(hear, follower), leaving)
        await lock(people["alice"], 0)
        # It received the change from another process, so joining makes this process publish it.
        ahead = asyncio.create_task(_join(event, _nothing, leaving, 1))
        await all_received.wait()
        await asyncio.wait([ahead])
        assert ahead.cancelled()


@pytest.mark.usefixtures("_no_notifications")
async def test_cancelling_a_joining_viewer_does_not_stop_a_reload(
    event: Event,
) -> None:
    async with _watched(event) as leaving:
        layouts: list[str] = []
        all_received = asyncio.Event()

        async def hear(message: dict[str, Any]) -> None:
            layouts.append(message["text"])
            if len([text for text in layouts if '"other"' in text]) == VIEWERS:
                all_received.set()
            elif '"other"' in message["text"]:
                ahead.cancel()

        for _ in range(VIEWERS):
            await _join(event, hear, leaving)
        await in_thread(lambda: Event.objects.filter(pk=event.pk).update(layout="other"))
        ahead = asyncio.create_task(_join(event, _nothing, leaving, 1))
        await all_received.wait()
