"""Choosing free ports of 127.0.0.1."""

import random
import socket

# Below the ephemeral ports of any operating system.
_STABLE_PORTS = range(20_000, 30_000)


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def stable_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that were free a moment ago, and stay so while nobody has them.

    No connection that goes out is given one of them, so that a server that was started again
    finds its port as it left it.
    """
    found: list[int] = []
    for port in random.sample(_STABLE_PORTS, len(_STABLE_PORTS)):
        if len(found) == count:
            break
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        found.append(port)
    return found
