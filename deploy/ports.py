"""Choosing free ports of 127.0.0.1."""

import random
import socket

# Below the ephemeral ports of any operating system.
_STABLE_PORTS = range(20_000, 30_000)


def free_port() -> int:
    """Return a free port of 127.0.0.1. Another process may take it before it is used."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def stable_ports(count: int) -> list[int]:
    """Return free ports of 127.0.0.1 outside the ephemeral range.

    The kernel gives none of them to outgoing connections, so a server that restarts finds its port
    still free.
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
