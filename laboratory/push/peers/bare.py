"""The least that a WebSocket costs on Channels: accept, send one fixed frame, and nothing else.

Served as `laboratory.push.peers.bare:application`; FRAME_BYTES is the length of the frame.
"""

import os

from django.conf import settings

settings.configure(SECRET_KEY="benchmark", ALLOWED_HOSTS=["*"])

import django  # noqa: E402

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

FRAME = "x" * int(os.environ["FRAME_BYTES"])


class BareConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Accepts, and sends one frame."""

    async def connect(self) -> None:
        await self.accept()
        await self.send(text_data=FRAME)


application = ProtocolTypeRouter(
    {"websocket": URLRouter([re_path(r"^ws/$", BareConsumer.as_asgi())])}
)
