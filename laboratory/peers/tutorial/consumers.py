"""A viewer of an event."""

from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer


def group_of(event_id: int) -> str:
    return f"event_{event_id}"


class SeatsConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        self.group = group_of(self.scope["url_route"]["kwargs"]["event_id"])
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send_json({"type": "welcome"})

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def seats_changed(self, message: dict[str, Any]) -> None:
        await self.send_json(message["frame"])
