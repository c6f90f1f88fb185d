"""The networks in which a client is counted: one rule for everything that limits by address.

A client is an IPv4 address or an IPv6 /64 (`accounts.client_ip`). One customer of a provider may
own a whole IPv6 /48, with 65,536 of them, or an IPv4 /24. So a limit is applied to the client and
to each enclosing network, which may use a multiple of it.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_network


@lru_cache(maxsize=10_000)
def counted_networks(client: str) -> tuple[tuple[str, int], ...]:
    """Return the client and its enclosing networks, with how many times the limit each may use.

    These are /56 and /48 for IPv6 and /24 for IPv4; only the client if it is no address.
    """
    return tuple((network, n) for n, network in enumerate((client, *_enclosing(client)), 1))


def is_any_full(
    networks: Iterable[tuple[str, int]], counts: Mapping[str, int], *, most: int
) -> bool:
    """Return whether one of a client's `counted_networks` has `most` times what it may have."""
    return any(counts.get(network, 0) >= most * times for network, times in networks)


def widest_network(client: str) -> str:
    """Return the widest network in which a client is counted."""
    return counted_networks(client)[-1][0]


@lru_cache(maxsize=10_000)
def customer_network(client: str) -> str:
    """Return the network of one customer: an IPv4 address, or the client's IPv6 /48."""
    return widest_network(client) if ":" in client else client


@lru_cache(maxsize=10_000)
def is_public(client: str) -> bool:
    """Return whether a client's address is one of the internet's.

    Others are of this machine, of a private network, or of a proxy that is not set up.
    """
    try:
        return ip_network(client).is_global
    except ValueError:
        return False


def _enclosing(client: str) -> tuple[str, ...]:
    try:
        own = ip_network(client)
    except ValueError:
        return ()
    lengths = (56, 48) if own.version == 6 else (24,)
    return tuple(str(own.supernet(new_prefix=length)) for length in lengths)
