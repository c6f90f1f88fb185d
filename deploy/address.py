"""Where the server listens."""

import errno
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.problems import Problem


@dataclass(frozen=True, kw_only=True)
class Address:
    """A place to listen, as `HOST` and `PORT` name it."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
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
    # Straight there, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(f"{address.url}/api/events/", timeout=5).close()
    except urllib.error.HTTPError as refusal:
        refusal.close()
    except OSError:
        return False
    return True
