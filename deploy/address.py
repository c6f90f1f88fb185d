"""The address that a server listens on, and probes of it."""

import errno
import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from deploy.console import Problem

# The address under which a client on this machine reaches a server that listens on all of them.
ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_PATIENCE_SECONDS = 5


# Certificates are issued for names; this one exists on every machine.
_LOCAL_NAME = "localhost"


@dataclass(frozen=True, kw_only=True)
class Address:
    """A host and port to listen on.

    With `authority`, the certificate of the authority that signs its own, clients use TLS.
    """

    host: str
    port: int
    authority: Path | None = None

    @property
    def name(self) -> str:
        """The host name for a browser on this machine."""
        host = ADDRESSES.get(self.host, self.host)
        if self.authority and host in ADDRESSES.values():
            return _LOCAL_NAME
        return f"[{host}]" if ":" in host and not host.startswith("[") else host

    @property
    def place(self) -> str:
        return f"{self.name}:{self.port}"

    @property
    def url(self) -> str:
        """The URL for a browser on this machine."""
        return f"{'https' if self.authority else 'http'}://{self.place}"

    @property
    def socket_url(self) -> str:
        return "ws" + self.url.removeprefix("http")

    def tls(self) -> ssl.SSLContext | None:
        """Return a TLS context that trusts it, or None without TLS.

        Raises: OSError while the authority's certificate does not exist yet.
        """
        return ssl.create_default_context(cafile=self.authority) if self.authority else None

    def client(self, *, timeout: float) -> HTTPConnection:
        """Return an HTTP connection that is not opened yet. Raises: OSError."""
        host = self.name.strip("[]")
        if tls := self.tls():
            return HTTPSConnection(host, self.port, timeout=timeout, context=tls)
        return HTTPConnection(host, self.port, timeout=timeout)


def address_from(environment: Mapping[str, str] = os.environ) -> Address:
    """Return the address that `HOST` and `PORT` name, by default 127.0.0.1 and 8000.

    Raises: Problem when PORT is not a port.
    """
    port = environment.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Problem(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return Address(host=environment.get("HOST") or "127.0.0.1", port=int(port))


def ensure_free(address: Address) -> None:
    """Raise Problem if no server can listen there, for example because the port is in use."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        socket.getaddrinfo(address.host, address.port)
        socket.create_server((address.host, address.port), family=family).close()
    except socket.gaierror:
        raise Problem(f"HOST must be an address of this machine, not {address.host!r}.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Problem(
                f"Port {address.port} of {address.host} is in use: stop what listens there, "
                "or choose another port, as in `make run PORT=8001`."
            ) from None
        reason = os.strerror(error.errno or 0)
        raise Problem(
            f"Cannot listen on port {address.port} of {address.host}: {reason}."
        ) from None


def answers(address: Address) -> bool:
    """Return whether a server answers `/healthz` there, with any status."""
    return _status(address, "/healthz") is not None


def is_ready(address: Address) -> bool:
    """Return whether `/readyz` there reports ready."""
    return _status(address, "/readyz") == 200


def serves(address: Address) -> bool:
    """Return whether requests and sockets there reach healthy servers."""
    status = _status(address, "/api/events/")
    return status is not None and status < 500 and takes_sockets(address)


def takes_sockets(address: Address) -> bool:
    """Return whether a WebSocket handshake succeeds there; it is closed at once."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c2VhdGNhc3Qgc2VhdGNhcw==",
    }
    return _status(address, "/ws/events/0/", upgrade) == 101


def _status(address: Address, path: str, headers: Mapping[str, str] | None = None) -> int | None:
    """Return the status of a GET request, or None without a response."""
    try:
        with closing(address.client(timeout=_PATIENCE_SECONDS)) as peer:
            peer.request("GET", path, headers=dict(headers or {}))
            return peer.getresponse().status
    except (OSError, HTTPException):
        return None
