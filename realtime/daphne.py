"""What Daphne has to be taught: close codes below 3000, and a last word to its viewers."""

import daphne.server  # noqa: F401 - installs the reactor that Daphne runs on, before it is imported
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from realtime.hub import dismiss_everybody
from realtime.messages import CloseCode

FAREWELL_SECONDS = 0.5


def prepare_daphne() -> None:
    """Make Daphne send any close code, and close its sockets with 1012 when it is asked to stop.

    Autobahn's `sendClose` lets an application send 1000 and 3000 to 4999 only, and Daphne has no
    other call; but 1008 and 1012 are a server's to send (RFC 6455, section 7.4.1, and IANA's list).
    """
    WebSocketProtocol.serverClose = _server_close
    reactor.addSystemEventTrigger("before", "shutdown", _say_farewell)  # type: ignore[arg-type]


def _server_close(protocol: WebSocketProtocol, code: int | None = None) -> None:
    protocol.sendCloseFrame(code=1000 if code is None else code)


def _say_farewell() -> "Deferred[None]":
    dismiss_everybody(CloseCode.RESTARTING)
    # The reactor goes on for so long, to get the frames out.
    return deferLater(reactor, FAREWELL_SECONDS, lambda: None)
