"""Requests that reach a server at the same instant.

Each is sent without its last byte over its own connection; then all last bytes are sent. So neither
connecting nor the size of a request spreads them out.
"""

import http.client
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Post:
    """A request of the user who is signed in with `client`."""

    client: APIClient
    port: int
    path: str
    body: Any
    key: str = ""


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any


def volley(posts: Sequence[Post]) -> list[Reply]:
    """Send all requests at once; return the replies in the same order."""
    requests = [_as_bytes(post) for post in posts]
    connections = [
        socket.create_connection(("127.0.0.1", post.port), PATIENCE_SECONDS) for post in posts
    ]
    try:
        for connection, request in zip(connections, requests, strict=True):
            connection.sendall(request[:-1])
        for connection, request in zip(connections, requests, strict=True):
            connection.sendall(request[-1:])
        return [_reply(connection) for connection in connections]
    finally:
        for connection in connections:
            connection.close()


def _as_bytes(post: Post) -> bytes:
    body = json.dumps(post.body).encode()
    cookies = {name: morsel.value for name, morsel in post.client.cookies.items()}
    head = [
        f"POST {post.path} HTTP/1.1",
        f"Host: 127.0.0.1:{post.port}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"X-CSRFToken: {cookies['csrftoken']}",
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}",
        "Connection: close",
        *([f"Idempotency-Key: {post.key}"] if post.key else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _reply(connection: socket.socket) -> Reply:
    response = http.client.HTTPResponse(connection, method="POST")
    try:
        response.begin()
        return Reply(response.status, json.loads(response.read()))
    finally:
        response.close()
