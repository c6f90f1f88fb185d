"""Channel layers that lose, repeat, delay and reorder messages."""

import asyncio
import random
from typing import Any

from channels.layers import InMemoryChannelLayer

from realtime.channel_layer import NotificationLayer

MAX_DELAY_SECONDS = 1.0


class Faults:
    """Delivers about a third of the messages to a group correctly."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._random = random.Random(1)
        self._late: set[asyncio.Task[None]] = set()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        fate = self._random.randrange(6)
        if fate in (0, 1):
            return
        if fate in (2, 3):
            task = asyncio.create_task(self._send_later(group, message))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        if fate >= 3:
            await self.send_to_group(group, message)

    async def _send_later(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.sleep(self._random.uniform(0, MAX_DELAY_SECONDS))
        await self.send_to_group(group, message)

    async def send_to_group(self, group: str, message: dict[str, Any]) -> None:
        """Send a message as the layer itself would."""
        raise NotImplementedError


class FaultyNotificationLayer(Faults, NotificationLayer):
    async def send_to_group(self, group: str, message: dict[str, Any]) -> None:
        # The pub/sub layer takes its methods from the running loop's layer.
        await NotificationLayer.__getattr__(self, "group_send")(group, message)


class FaultyInMemoryLayer(Faults, InMemoryChannelLayer):  # type: ignore[misc]
    async def send_to_group(self, group: str, message: dict[str, Any]) -> None:
        await InMemoryChannelLayer.group_send(self, group, message)


def faulty(layers: dict[str, Any]) -> dict[str, Any]:
    """Return `CHANNEL_LAYERS` with a faulty layer of the same kind."""
    is_redis = layers["default"]["BACKEND"] == "realtime.channel_layer.NotificationLayer"
    kind = FaultyNotificationLayer if is_redis else FaultyInMemoryLayer
    return {"default": {**layers["default"], "BACKEND": f"{__name__}.{kind.__name__}"}}
