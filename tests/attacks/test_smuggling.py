"""Request smuggling: a request that the proxy and a server would frame differently.

Whatever is sent, each request that arrives behind the proxy is one that the proxy has read: it has
the true client address, and is answered once. Anything else is refused.
"""

import re

import pytest

from deploy.stack_services import HOST
from tests.attacks.proxied import SLOW_PATH, Front

pytestmark = pytest.mark.any_database

FORGED = "6.6.6.6"
_CHUNKED = "Transfer-Encoding: chunked"


def _request(path: str, *headers: str, method: str = "POST", version: str = "HTTP/1.1") -> bytes:
    lines = (f"{method} {path} {version}", "Host: localhost", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")


def _hidden(path: str) -> bytes:
    """Return the request to be smuggled past the proxy."""
    return _request(f"{path}hidden/", f"X-Forwarded-For: {FORGED}", method="GET")


# Headers that frame the body of length `{}`; with Content-Length: 4 it is chunked.
FRAMES: list[str] = [
    "Content-Length: {}",
    "Content-Length: {}\r\nTransfer-Encoding: chunked",
    "Content-Length: 4\r\nTransfer-Encoding: chunked",
    "Content-Length: 0\r\nContent-Length: {}",
    "Content-Length: {}\r\nContent-Length: 0",
    "Content-Length: {}\r\nContent-Length: {}",
    "Content-Length: 0, {}",
    *(
        f"Content-Length: {length}"
        for length in ("+{}", "-{}", "0x2f", "{} 0", "", "{}_0", "\x0b{}", "9" * 40, "{}.0", "\xb2")
    ),
    *(
        f"Content-Length: 4\r\n{header}"
        for header in (
            "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked",
            " Transfer-Encoding: x",
            "Transfer-Encoding:\x0bchunked",
            "Transfer-Encoding: xchunked",
            "TRANSFER-encoding: CHUNKED",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked;q=1",
            'Transfer-Encoding: "chunked"',
            "Transfer_Encoding: chunked",
            "Transfer-Encoding:\r\n chunked",
            "X: a\rTransfer-Encoding: chunked",
            "X: a\nTransfer-Encoding: chunked",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            "Transfer-Encoding: chunked\x00",
            "Transfer-Encoding: \xa0chunked",
            "Transfer-Encoding: ,chunked",
        )
    ),
]


def _framed(headers: str, path: str) -> bytes:
    hidden = _hidden(path)
    size = f"{len(hidden):x}".encode()
    chunks = size + b"\r\n" + hidden + b"\r\n0\r\n\r\n"
    body = chunks if "Content-Length: 4" in headers else b"0\r\n\r\n" + hidden
    return _request(path, headers.replace("{}", str(len(body)))) + body


CHUNKS: dict[str, bytes] = {
    "of a size with a prefix": b"0x0\r\n\r\n",
    "of a negative size": b"-1\r\n\r\n",
    "of a size beyond all": b"FFFFFFFFFFFFFFFFF0\r\n",
    "of a size with a sign": b"+0\r\n\r\n",
    "with a line feed in an extension": b"0;a=\n\r\n\r\n",
    "with lines that end too early": b"0\n\n",
    "with a carriage return alone": b"0\r\r",
    "with trailers that are headers": b"0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n",
    "with more data than they say": b"1\r\nab\r\n0\r\n\r\n",
    "with an endless extension": b"1;" + b"a" * 40_000 + b"\r\na\r\n0\r\n\r\n",
}

REQUESTS: dict[str, bytes] = {
    "of an older time": b"GET {path}\r\n",
    "of another time": b"GET {path} HTTP/3.7\r\nHost: localhost\r\n\r\n",
    "of 1.0, in chunks": b"POST {path} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "with line feeds alone": b"GET {path} HTTP/1.1\nHost: localhost\n\n",
    "to two hosts": b"GET {path} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "to no host": b"GET {path} HTTP/1.1\r\n\r\n",
    "to a host with a path": b"GET {path} HTTP/1.1\r\nHost: localhost/evil\r\n\r\n",
    "to elsewhere": b"GET http://evil.example{path} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "for a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "for everything": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "with a blank in its path": b"GET {path} x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "with a NUL": b"GET {path} HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
    "with lines in its path": (
        b"GET {path}%0d%0aX-Forwarded-For:%206.6.6.6/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ),
    "that drops what the proxy adds": (
        b"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 6.6.6.6\r\n"
        b"Connection: keep-alive, X-Forwarded-For, X-Forwarded-Proto\r\n\r\n"
    ),
    "that names an address in other words": (
        b"GET {path} HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_For: 6.6.6.6\r\n"
        b"X-Forwarded_For: 6.6.6.6\r\nX_Forwarded_Proto: https\r\n\r\n"
    ),
    "that names its address many times": (
        b"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 6.6.6.6\r\n"
        b"x-forwarded-for: 6.6.6.6\r\nX-FORWARDED-FOR: 6.6.6.6, 6.6.6.6\r\n\r\n"
    ),
    "for another protocol": (
        b"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
    ),
    "for a socket that is refused": (
        b"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 777\r\nSec-WebSocket-Key: nothing\r\n\r\n"
    ),
}


def _everything(path: str) -> dict[str, bytes]:
    start = _request(path, _CHUNKED)
    return {
        **{headers: _framed(headers, path) for headers in FRAMES},
        **{f"in chunks {name}": start + chunk + _hidden(path) for name, chunk in CHUNKS.items()},
        **{
            name: request.replace(b"{path}", path.encode()) + _hidden(path)
            for name, request in REQUESTS.items()
        },
    }


@pytest.mark.parametrize("server", ["/api/", "/ws/"])
def test_servers_receive_exactly_the_requests_that_the_proxy_read(
    server: str, front: Front, subtests: pytest.Subtests
) -> None:
    for number, name in enumerate(_everything("/")):
        with subtests.test(name):
            sent = _everything(f"{server}{number}/")[name]
            # The next request on the same connection must get its own response.
            last = _request(f"{server}last/", "Connection: close", method="GET")
            answered = front.say(sent + last)
            # Late requests of earlier cases may arrive only now.
            arrived = [each for each in front.arrived() if each["path"] != SLOW_PATH]
            statuses = [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d{3})", answered)]
            assert statuses
            assert set(statuses) <= {200, 400, 404, 405, 413, 426, 431, 501, 505}, answered
            assert all(request["forwarded_for"] == HOST for request in arrived), arrived
            assert all(request["forwarded_proto"] == "http" for request in arrived), arrived
            # The proxy answers some itself, and an incomplete body may arrive.
            assert len(arrived) <= len(statuses), (statuses, arrived)
            _require_no_harm_to_others(front, server)


def _require_no_harm_to_others(front: Front, server: str) -> None:
    answer = front.say(_request(f"{server}me/", "Connection: close", method="GET"))
    assert answer.endswith(f'{{"path": "{server}me/"}}'.encode()), answer
    assert [request["path"] for request in front.arrived()].count(f"{server}me/") == 1
