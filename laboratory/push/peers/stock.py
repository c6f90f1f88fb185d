"""A live seat map as Channels' tutorial would make it: each viewer joins the event's group.

Served as `laboratory.push.peers.stock:application`, with REDIS_URL.
"""

import os
from typing import Any

from django.conf import settings

settings.configure(
    SECRET_KEY="benchmark",
    ALLOWED_HOSTS=["*"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]},
        }
    },
)

import django  # noqa: E402

django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

GROUP = "event"


class StockConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One viewer."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()
        await self.send_json({"type": "welcome"})

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def seats_changed(self, message: dict[str, Any]) -> None:
        await self.send_json(message["frame"])


application = ProtocolTypeRouter(
    {"websocket": URLRouter([re_path(r"^ws/$", StockConsumer.as_asgi())])}
)
