"""Viewers are told by the next beats that the event was edited."""

import asyncio
import json
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from realtime.hub import joining
from realtime.viewers import Viewer
from reservations.models import Event
from reservations.organising.editing import edit_event
from reservations.runtime.threads import in_thread

PATIENCE_SECONDS = 60


async def test_an_edit_is_told_by_a_beat_without_another_snapshot(
    event: Event, settings: Any
) -> None:
    settings.SEATCAST_BEAT_SECONDS = settings.SEATCAST_HEAD_CHECK_SECONDS = 0.05
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(message: dict[str, Any]) -> None:
        sent.put_nowait(json.loads(message["text"]))

    async with asyncio.timeout(PATIENCE_SECONDS), AsyncExitStack() as leaving:
        async with joining(event.pk) as hub:
            viewer = Viewer(send)
            await hub.add(viewer, since=None, layout="plan")
            leaving.callback(hub.remove, viewer)
        assert (await sent.get())["type"] == "snapshot"
        assert (await sent.get())["revision"] == 0
        edit = partial(edit_event, event_id=event.pk, editor_id=None, changes={"name": "Opera"})
        await in_thread(edit)
        while (frame := await sent.get())["type"] == "beat" and frame["revision"] == 0:
            pass
        assert (frame["type"], frame["revision"]) == ("beat", 1)
