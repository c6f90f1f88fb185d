"""The least that a frame can cost: one `send` on each socket, in a loop.

`python -m laboratory bench.peers.send PORT BYTES FRAMES_PER_SECOND` takes any request for a
WebSocket's handshake, and reads nothing after it.
"""

import asyncio
import socket
import sys
from contextlib import suppress

HOST = "127.0.0.1"
_ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


async def main(port: int, frame_bytes: int, frames_per_second: float) -> None:
    sockets: list[socket.socket] = []
    payload = b'{"type":"part"}'.ljust(frame_bytes - 4)
    frame = b"\x81\x7e" + len(payload).to_bytes(2) + payload

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(_ANSWER + frame)
            await writer.drain()
            connection = writer.get_extra_info("socket")
            sockets.append(connection.dup())
            await reader.read()

    await asyncio.start_server(take, HOST, port, backlog=1_024)
    while True:
        await asyncio.sleep(1 / frames_per_second)
        for each in sockets:
            with suppress(OSError):
                each.send(frame)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
