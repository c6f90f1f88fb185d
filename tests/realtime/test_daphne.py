"""What `realtime.daphne` patches."""

import asyncio

from daphne.ws_protocol import WebSocketProtocol

import config.asgi  # noqa: F401 - which patches Daphne


async def test_a_client_that_keeps_sending_is_still_pinged() -> None:
    protocol = WebSocketProtocol()
    protocol.client_addr, protocol.application_queue = None, asyncio.Queue()
    protocol.last_ping = 5.0
    protocol.onMessage(b'{"type":"seen","seq":0}', False)
    assert protocol.last_ping == 5.0
    assert protocol.application_queue.get_nowait()["text"] == '{"type":"seen","seq":0}'
