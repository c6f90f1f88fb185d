"""Close codes below 3000 under Daphne.

Autobahn's `sendClose` lets an application send 1000 and 3000 to 4999 only, and Daphne has no
other call; but 1008 and 1012 are a server's to send (RFC 6455, section 7.4.1, and IANA's list).
"""

from daphne.ws_protocol import WebSocketProtocol


def allow_server_codes() -> None:
    """Make Daphne send any close code that an application asks for."""
    WebSocketProtocol.serverClose = _server_close


def _server_close(protocol: WebSocketProtocol, code: int | None = None) -> None:
    protocol.sendCloseFrame(code=1000 if code is None else code)
