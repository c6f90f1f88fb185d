"""A channel layer that loses messages, brings them twice, late, and in another order."""

import asyncio
import random
from typing import Any

from realtime.layer import DoorbellLayer

MAX_DELAY_SECONDS = 1.0


class FaultyLayer(DoorbellLayer):
    """Of what is sent to a group, about a third arrives as it should."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._random = random.Random(1)
        self._late: set[asyncio.Task[None]] = set()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        send = super().__getattr__("group_send")
        fate = self._random.randrange(6)
        if fate in (0, 1):
            return
        if fate in (2, 3):
            task = asyncio.create_task(self._send_later(group, message))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        if fate >= 3:
            await send(group, message)

    async def _send_later(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.sleep(self._random.uniform(0, MAX_DELAY_SECONDS))
        await super().__getattr__("group_send")(group, message)
