"""What Daphne has to be taught: close codes below 3000, and to end without cutting anybody off."""

import math
import resource
import signal
import threading
import time
from contextlib import suppress
from typing import Any, cast
from uuid import uuid4

import daphne.server  # noqa: F401 - installs the reactor that Daphne runs on, before it is imported
import orjson
from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor as installed_reactor
from twisted.internet.tcp import Port
from twisted.web.http import HTTPChannel

from accounts.addresses import client_from
from realtime import metrics
from realtime.hub import close_all_viewers
from realtime.limits import HandshakeThrottle, TokenBucket, frame_allowance
from realtime.messages import CloseCode

CLOSE_FRAME_SECONDS = 0.5
REQUEST_SECONDS = 10.0
_POLL_SECONDS = 0.05
MAX_MESSAGE_BYTES = 4096
_TOO_BIG = 1009
_shutdown = threading.Event()
_daphne_on_message = WebSocketProtocol.onMessage
_autobahn_on_frame_begin = WebSocketProtocol.onFrameBegin
_daphne_process = WebRequest.process
_handshakes = HandshakeThrottle()

# Twisted types its reactor's methods as if they had no self.
_reactor = cast(Any, installed_reactor)


def prepare_daphne(application: Any) -> Any:
    """Return the application as Daphne should serve it; on another server it is the same.

    Daphne can then send any close code. Autobahn's `sendClose` lets an application send 1000 and
    3000 to 4999 only, and Daphne has no other call; but 1008 and 1012 are a server's to send
    (RFC 6455, section 7.4.1, and IANA's list).

    It has as many sockets as the system lets it have; a thousand, the usual start, are few viewers.
    It pings everybody, also who sends frames all the time and never reads: only a pong is proof.
    And it waits a minute for a request, not for each byte of it. What a client sends in one message
    is little, in however many frames; and it cannot have us answer pings without end. A network
    that opens one socket after the other is refused before anything is made of its handshakes.

    At SIGTERM and SIGINT it takes no more connections, closes sockets with 1012, and ends when the
    requests that are under way are answered, or after REQUEST_SECONDS. A second signal ends it at
    once.
    """
    WebSocketProtocol.serverClose = _server_close
    WebSocketProtocol.onMessage = _on_message
    WebSocketProtocol.onFrameBegin = _on_frame
    WebRequest.process = _on_request
    HTTPChannel.resetTimeout = _ignore_timeout_reset  # type: ignore[assignment, method-assign]
    _allow_many_sockets()
    requests = _RequestCounter(application)
    _reactor.callWhenRunning(_handle_signals, requests)
    return requests


def _allow_many_sockets() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A system may call its limit infinite and have one all the same.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def is_shutting_down() -> bool:
    """Return whether this process was asked to end."""
    return _shutdown.is_set()


class _RequestCounter:
    """An ASGI application that counts the requests under way in another."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.in_flight = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        self.in_flight += 1
        try:
            await self._application(scope, receive, send)
        finally:
            self.in_flight -= 1


def _server_close(protocol: WebSocketProtocol, code: int | None = None) -> None:
    protocol.sendCloseFrame(code=1000 if code is None else code)


def _ignore_timeout_reset(channel: HTTPChannel) -> None:
    """Do nothing where Twisted would begin anew to count the time that a request may take."""


def _on_request(request: WebRequest) -> Any:
    """Refuse a handshake of a network that has had too many, and leave the rest to Daphne."""
    upgrade = request.requestHeaders.getRawHeaders(b"Upgrade")
    if upgrade and upgrade[0].lower() == b"websocket" and (wait := _wait_seconds(request)):
        _refuse(request, wait)
        return None
    return _daphne_process(request)


def _wait_seconds(request: WebRequest) -> float:
    forwarded = b",".join(request.requestHeaders.getRawHeaders(b"X-Forwarded-For", []))
    peer = str(getattr(request.client, "host", ""))
    return _handshakes.take(client_from(peer, forwarded.decode("latin-1")))


def _refuse(request: WebRequest, wait_seconds: float) -> None:
    metrics.handshakes_refused.inc()
    refusal = {
        "error": "Too many sockets were opened from here just now. Try again in a moment.",
        "code": "throttled",
        "request_id": str(uuid4()),
    }
    content = orjson.dumps(refusal)
    request.setResponseCode(429, b"Too Many Requests")
    for name, value in (
        (b"Content-Type", b"application/json"),
        (b"Content-Length", b"%d" % len(content)),
        (b"Cache-Control", b"no-store"),
        (b"Retry-After", b"%d" % math.ceil(wait_seconds)),
        (b"X-Request-ID", refusal["request_id"].encode()),
    ):
        request.setHeader(name, value)
    # It has none any more when it is finished.
    channel = request.channel
    request.write(content)
    request.finish()
    channel.loseConnection()


def _on_message(protocol: WebSocketProtocol, payload: bytes, is_binary: bool) -> None:
    last_ping = protocol.last_ping
    _daphne_on_message(protocol, payload, is_binary)
    # Daphne takes a message for a reason to put off the next ping.
    protocol.last_ping = last_ping


def _on_frame(protocol: WebSocketProtocol) -> None:
    """Let pass so much of a message, and so many frames that are none.

    Daphne's limit for messages is that of the largest that goes out. And a pong waits to be sent,
    unlike a frame of ours, also when its client never reads.
    """
    frame = protocol.current_frame
    begins_message = frame.opcode in (1, 2)
    if not begins_message and not _allowance_of(protocol).take():
        protocol._fail_connection(CloseCode.PROTOCOL_ERROR, "too many frames")
    had = protocol.message_data_total_length if frame.opcode == 0 and protocol.inside_message else 0
    if frame.opcode < 8 and had + frame.length > MAX_MESSAGE_BYTES:
        protocol._fail_connection(_TOO_BIG, "too large a message")
    _autobahn_on_frame_begin(protocol)


def _allowance_of(protocol: WebSocketProtocol) -> TokenBucket:
    if not hasattr(protocol, "frame_allowance"):
        protocol.frame_allowance = frame_allowance()
    allowance: TokenBucket = protocol.frame_allowance
    return allowance


def _handle_signals(requests: _RequestCounter) -> None:
    """Take over the signals at which Twisted would end everything at once."""

    def on_signal(*_: object) -> None:
        signal.signal(signal.SIGTERM, _stop_now)
        signal.signal(signal.SIGINT, _stop_now)
        _reactor.callFromThread(_shut_down, requests)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def _stop_now(*_: object) -> None:
    _reactor.callFromThread(_reactor.stop)


def _shut_down(requests: _RequestCounter) -> None:
    _shutdown.set()
    for reader in _reactor.getReaders():
        if isinstance(reader, Port):
            cast(Any, reader).stopListening()
    close_all_viewers(CloseCode.RESTARTING)
    now = time.monotonic()
    _stop_when_idle(requests, earliest=now + CLOSE_FRAME_SECONDS, latest=now + REQUEST_SECONDS)


def _stop_when_idle(requests: _RequestCounter, *, earliest: float, latest: float) -> None:
    """Stop when nothing is under way, after the reactor had time to get the last bytes out."""
    now = time.monotonic()
    if now >= latest or (now >= earliest and not requests.in_flight):
        _reactor.stop()
    else:
        _reactor.callLater(
            _POLL_SECONDS, lambda: _stop_when_idle(requests, earliest=earliest, latest=latest)
        )
