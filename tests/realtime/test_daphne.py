"""What Daphne was taught."""

import asyncio

from daphne.ws_protocol import WebSocketProtocol

import config.asgi  # noqa: F401 - teaches it


async def test_who_sends_frames_all_the_time_is_pinged_all_the_same() -> None:
    protocol = WebSocketProtocol()
    protocol.client_addr, protocol.application_queue = None, asyncio.Queue()
    protocol.last_ping = 5.0
    protocol.onMessage(b'{"type":"seen","seq":0}', False)
    assert protocol.last_ping == 5.0
    assert protocol.application_queue.get_nowait()["text"] == '{"type":"seen","seq":0}'
