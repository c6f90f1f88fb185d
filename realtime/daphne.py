"""Everything that reaches into Daphne, Autobahn and Twisted's HTTP server: check it at upgrades.

Their public settings cannot send close codes below 3000, limit incoming messages, throttle
handshakes or shut down gracefully, so `prepare_daphne` replaces a few of their methods.
`transport_for` writes to their connections directly.
"""

import asyncio
import math
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, cast
from uuid import uuid4

import daphne.server  # noqa: F401 - installs the reactor that Daphne runs on, before it is imported
import orjson
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept
from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor as installed_reactor
from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Port
from twisted.web.http import HTTPChannel
from zope.interface import implementer

from accounts.client_ip import resolve_client_ip
from realtime import metrics
from realtime.frames import Frame, stream_close_message
from realtime.limits import TokenBucket, frame_bucket, handshakes
from realtime.messages import CloseCode

SEND_BUFFER_BYTES = 64 * 1024
"""The kernel's send buffer for one viewer. Linux doubles it for its own bookkeeping."""

CLOSE_SECONDS = 5.0
"""How long to wait for the client when closing, before the connection is cut."""

UNACKNOWLEDGED_SECONDS = 30.0
"""How long what was sent on an event stream may stay unacknowledged before it is cut.

Longer than a viewer may be behind, so that most slow readers are closed with 4408 before. Linux
also counts the time in which the client's receive buffer stays full.
"""

CLOSE_FRAME_SECONDS = 0.5
REQUEST_SECONDS = 10.0
_POLL_SECONDS = 0.05
MAX_MESSAGE_BYTES = 4096
_TOO_BIG = 1009
_shutdown = threading.Event()
_daphne_on_message = WebSocketProtocol.onMessage
_autobahn_on_frame_begin = WebSocketProtocol.onFrameBegin
_daphne_process = WebRequest.process
_autobahn_set_protocol_options = WebSocketFactory.setProtocolOptions

# Twisted types its reactor's methods as if they had no self.
_reactor = cast(Any, installed_reactor)


def prepare_daphne(application: Any, *, close_viewers: Callable[[int], None]) -> Any:
    """Patch Daphne and return the application to serve. Has no effect on other servers.

    `close_viewers` closes all sockets and event streams with a code.

    - Close codes: Autobahn's `sendClose` allows applications only 1000 and 3000-4999, but a server
      may also send 1008 and 1012 (RFC 6455, section 7.4.1, and IANA's registry).
    - Open files: raises the soft limit to the hard limit. The usual default of 1,024 allows too few
      sockets.
    - Pings: every client is pinged, including those that keep sending. Only a pong proves that a
      client reads.
    - Slow requests: a request must arrive within a minute in total, not a minute after its last
      byte.
    - Incoming data: messages have a maximum size, and control frames a maximum rate.
    - Compression: `permessage-deflate` is accepted, without context from message to message.
    - Handshakes: a network that opens too many sockets is refused with 429 before the handshake.
    - Shutdown: on SIGTERM or SIGINT, stop accepting connections, close viewers with 1012, wait up
      to REQUEST_SECONDS for requests in flight, and exit. A second signal exits immediately.
    """
    WebSocketProtocol.serverClose = _server_close
    WebSocketProtocol.onMessage = _on_message
    WebSocketProtocol.onFrameBegin = _on_frame_begin
    WebSocketFactory.setProtocolOptions = _set_protocol_options
    WebRequest.process = _on_request
    HTTPChannel.resetTimeout = _ignore_timeout_reset  # type: ignore[assignment, method-assign]
    _allow_many_sockets()
    requests = _RequestCounter(application)
    _reactor.callWhenRunning(_handle_signals, requests, close_viewers)
    return requests


def transport_for(
    send: Any, *, on_writable: Callable[[], None]
) -> "DaphneSocket | DaphneStream | None":
    """Return the transport of a connection of Daphne's; None if `send` is another server's."""
    protocol = send.args[0] if isinstance(send, partial) and send.args else None
    if isinstance(protocol, WebSocketProtocol):
        return DaphneSocket(protocol, on_writable=on_writable)
    if isinstance(protocol, WebRequest):
        return DaphneStream(protocol, on_writable=on_writable)
    return None


@implementer(IPushProducer)
class _Connection:
    """Writes to a connection of Twisted's. Full while Twisted's write buffer is not empty."""

    def __init__(self, transport: Any, *, on_writable: Callable[[], None]) -> None:
        self._transport = transport
        self._socket = transport.getHandle()
        self._on_writable = on_writable
        self._is_full = False
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        # In place of the HTTP channel, which a socket would keep alive, and which does not read
        # while the buffer is full, so that it would not notice when a stream's client has gone.
        transport.unregisterProducer()
        transport.registerProducer(self, True)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = True

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = False
        self._on_writable()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = True

    def _write(self, data: bytes) -> None:
        """Write to the socket at once if nothing is buffered.

        Going through the reactor would cost three times as much as the system call.
        """
        transport = self._transport
        if not transport.dataBuffer and not transport._tempDataBuffer:
            try:
                sent = self._socket.send(data)
            except OSError:
                # The kernel's buffer is full, or the connection is closed, which Twisted handles.
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)


class DaphneSocket(_Connection):
    """The outgoing side of a WebSocket."""

    def __init__(self, protocol: Any, *, on_writable: Callable[[], None]) -> None:
        super().__init__(protocol.transport, on_writable=on_writable)
        self._protocol = protocol
        # Incoming bytes do not prove that the client reads; only a pong does.
        protocol.autoPingRestartOnAnyTraffic = False
        self._is_deflated = protocol._perMessageCompress is not None

    def offer(self, frame: Frame) -> bool:
        if self._is_full:
            return False
        if self._protocol.state == WebSocketProtocol.STATE_OPEN:
            self._write(frame.deflated_wire if self._is_deflated else frame.wire)
        return True

    def close(self, code: int) -> None:
        self._protocol.closeHandshakeTimeout = CLOSE_SECONDS
        self._protocol.sendCloseFrame(code=code)


class DaphneStream(_Connection):
    """The outgoing side of an event stream, whose response has started."""

    def __init__(self, request: Any, *, on_writable: Callable[[], None]) -> None:
        super().__init__(request.transport, on_writable=on_writable)
        self._request = request
        cut_when_unacknowledged(self._socket)
        # Daphne ends responses that take longer than its --http-timeout.
        request.request_start = math.inf

    def offer(self, frame: Frame) -> bool:
        if self._is_full:
            return False
        if not self._request.finished:
            # Proxies that speak HTTP/1.0 get no chunks.
            self._write(frame.chunk if self._request.chunked else frame.event)
        return True

    def close(self, code: int) -> None:
        self._request.handle_reply(stream_close_message(code))
        self._transport.unregisterProducer()
        self._transport.loseConnection()
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abortConnection)


def cut_when_unacknowledged(connection: socket.socket, seconds: float | None = None) -> None:
    """Let the kernel cut a connection whose peer has acknowledged nothing for so long.

    By default UNACKNOWLEDGED_SECONDS.

    An event stream has no pings, so nothing else would tell for a quarter of an hour that its
    client has vanished. Keepalive would not either: the kernel sends none while it still
    retransmits, and there is a beat to retransmit. Only Linux can.
    """
    if connection.family in (socket.AF_INET, socket.AF_INET6) and sys.platform == "linux":
        seconds = UNACKNOWLEDGED_SECONDS if seconds is None else seconds
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * seconds))


def _allow_many_sockets() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems report an infinite limit but do not accept it.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def is_shutting_down() -> bool:
    """Return whether this process has received a signal to shut down."""
    return _shutdown.is_set()


class _RequestCounter:
    """ASGI middleware that counts the HTTP requests in flight."""

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
    """Do nothing, in place of Twisted's method that restarts the time-out at each byte received."""


def _on_request(request: WebRequest) -> Any:
    """Refuse the WebSocket handshake of a throttled network; hand everything else to Daphne."""
    upgrade = request.requestHeaders.getRawHeaders(b"Upgrade")
    if upgrade and upgrade[0].lower() == b"websocket" and (wait := _wait_seconds(request)):
        _refuse(request, wait)
        return None
    return _daphne_process(request)


def _wait_seconds(request: WebRequest) -> float:
    forwarded = b",".join(request.requestHeaders.getRawHeaders(b"X-Forwarded-For", []))
    peer = str(getattr(request.client, "host", ""))
    return handshakes.take(resolve_client_ip(peer, forwarded.decode("latin-1")))


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
    # `finish` clears `request.channel`.
    channel = request.channel
    request.write(content)
    request.finish()
    channel.loseConnection()


def _on_message(protocol: WebSocketProtocol, payload: bytes, is_binary: bool) -> None:
    last_ping = protocol.last_ping
    _daphne_on_message(protocol, payload, is_binary)
    # Daphne postpones the next ping whenever a message arrives.
    protocol.last_ping = last_ping
    if protocol._perMessageCompress is not None:
        # Its window is larger than everything else that a viewer needs, and the next message has
        # one of its own.
        protocol._perMessageCompress._decompressor = None


def _set_protocol_options(factory: WebSocketFactory, **options: Any) -> None:
    _autobahn_set_protocol_options(
        factory, **options, perMessageCompressionAccept=_accept_compression
    )


def _accept_compression(offers: Iterable[Any]) -> PerMessageDeflateOfferAccept | None:
    """Accept `permessage-deflate` if the client takes frames that are compressed once for all.

    A message that is larger than MAX_MESSAGE_BYTES without compression ends the connection.
    """
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer) and not offer.request_max_window_bits:
            return PerMessageDeflateOfferAccept(  # type: ignore[no-untyped-call]
                offer,
                request_no_context_takeover=True,
                no_context_takeover=True,
                max_message_size=MAX_MESSAGE_BYTES,
            )
    return None


def _on_frame_begin(protocol: WebSocketProtocol) -> None:
    """Limit the size of a message and the rate of control frames.

    Daphne applies its message limit to outgoing messages too, so it cannot be lowered. Pongs queue
    up without limit for a client that sends pings and never reads.
    """
    frame = protocol.current_frame
    is_data_frame = frame.opcode in (1, 2)
    if not is_data_frame and not _allowance_of(protocol).take():
        protocol._fail_connection(CloseCode.PROTOCOL_ERROR, "too many frames")
    is_continuation = frame.opcode == 0 and protocol.inside_message
    received = protocol.message_data_total_length if is_continuation else 0
    if frame.opcode < 8 and received + frame.length > MAX_MESSAGE_BYTES:
        protocol._fail_connection(_TOO_BIG, "too large a message")
    _autobahn_on_frame_begin(protocol)


def _allowance_of(protocol: WebSocketProtocol) -> TokenBucket:
    if not hasattr(protocol, "frame_bucket"):
        protocol.frame_bucket = frame_bucket()
    allowance: TokenBucket = protocol.frame_bucket
    return allowance


def _handle_signals(requests: _RequestCounter, close_viewers: Callable[[int], None]) -> None:
    """Replace Twisted's signal handlers, which would stop the reactor immediately."""

    def on_signal(*_: object) -> None:
        signal.signal(signal.SIGTERM, _stop_now)
        signal.signal(signal.SIGINT, _stop_now)
        _reactor.callFromThread(_shut_down, requests, close_viewers)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def _stop_now(*_: object) -> None:
    _reactor.callFromThread(_reactor.stop)


def _shut_down(requests: _RequestCounter, close_viewers: Callable[[int], None]) -> None:
    _shutdown.set()
    for reader in _reactor.getReaders():
        if isinstance(reader, Port):
            cast(Any, reader).stopListening()
    close_viewers(CloseCode.RESTARTING)
    now = time.monotonic()
    _stop_when_idle(
        requests,
        was_idle=False,
        earliest=now + CLOSE_FRAME_SECONDS,
        latest=now + REQUEST_SECONDS,
    )


def _stop_when_idle(
    requests: _RequestCounter, *, was_idle: bool, earliest: float, latest: float
) -> None:
    """Stop the reactor once no request has been in flight for two polls, or at `latest`.

    Waits until `earliest` in any case, so that close frames are written out. Twisted closes
    connections in the same iteration of the event loop in which it is stopped, and writes a
    response in the iteration after its request's end: so a single poll could lose the response.
    """
    now = time.monotonic()
    is_idle = now >= earliest and not requests.in_flight
    if now >= latest or (is_idle and was_idle):
        _reactor.stop()
        return
    again = partial(_stop_when_idle, requests, was_idle=is_idle, earliest=earliest, latest=latest)
    _reactor.callLater(_POLL_SECONDS, again)
