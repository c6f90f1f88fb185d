"""Complete responses sent in front of Django, whichever protocol the server speaks."""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings


@dataclass(frozen=True, slots=True)
class Reply:
    """A response. `Content-Length` is added when it is sent."""

    status: HTTPStatus
    headers: dict[str, str]
    body: bytes

    def all_headers(self) -> list[tuple[str, str]]:
        """Return the headers with `Content-Length`."""
        return [*self.headers.items(), ("Content-Length", str(len(self.body)))]


@cache
def healthy() -> Reply:
    """Return the answer of `/healthz`, with the release's version."""
    return Reply(
        HTTPStatus.OK,
        {"Content-Type": "application/json", "Cache-Control": "no-store"},
        orjson.dumps({"healthy": True, "version": settings.SEATCAST_VERSION}),
    )


async def send_reply(reply: Reply, send: Any) -> None:
    """Send a reply by an ASGI server's `send`."""
    headers = [(name.encode(), value.encode()) for name, value in reply.all_headers()]
    start = {"type": "http.response.start", "status": int(reply.status), "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": reply.body})
