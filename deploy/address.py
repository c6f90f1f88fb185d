"""Where the server listens."""

import errno
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.problems import Problem

# How a client on this machine reaches who listens on all addresses.
ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_PATIENCE_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Address:
    """A place to listen, as `HOST` and `PORT` name it."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = ADDRESSES.get(self.host, self.host)
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"http://{host}:{self.port}"


def address_from(environment: Mapping[str, str] = os.environ) -> Address:
    """Return the address that `HOST` and `PORT` name, by default 127.0.0.1 and 8000.

    Raises: Problem when PORT is not a port.
    """
    port = environment.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Problem(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return Address(host=environment.get("HOST") or "127.0.0.1", port=int(port))


def ensure_free(address: Address) -> None:
    """Raises: Problem when nobody can listen there, for example because somebody does."""
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
    """Return whether the site answers requests there, refusals included."""
    return _status(address, "/api/events/") is not None


def serves(address: Address) -> bool:
    """Return whether requests and sockets get through there to servers that are well."""
    status = _status(address, "/api/events/")
    return status is not None and status < 500 and takes_sockets(address)


def takes_sockets(address: Address) -> bool:
    """Return whether a socket can be opened there; it is closed at once."""
    host, port = ADDRESSES.get(address.host, address.host), address.port
    lines = (
        "GET /ws/events/0/ HTTP/1.1",
        f"Host: {address.url.removeprefix('http://')}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: c2VhdGNhc3Qgc2VhdGNhcw==",
    )
    try:
        with socket.create_connection((host, port), timeout=_PATIENCE_SECONDS) as peer:
            peer.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
            return peer.recv(64).startswith(b"HTTP/1.1 101 ")
    except OSError:
        return False


def _status(address: Address, path: str) -> int | None:
    """Return the status of an answer, or None when there is none."""
    # Straight there, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address.url}{path}", timeout=_PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code
    except OSError:
        return None
