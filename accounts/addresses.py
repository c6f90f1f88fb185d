"""Whose request it is, as far as an address can tell."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from rest_framework.settings import api_settings


def client_of(request: Any) -> str:
    """Return where a Django request comes from; see `client_from`."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR") or ""
    return client_from(request.META.get("REMOTE_ADDR") or "", forwarded)


def client_of_scope(scope: Mapping[str, Any]) -> str:
    """Return where an ASGI request or socket comes from; see `client_from`."""
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    peer = (scope.get("client") or ("",))[0]
    return client_from(str(peer), b",".join(forwarded).decode("latin-1"))


def client_from(peer: str, forwarded: str) -> str:
    """Return where something comes from, in one word for all that one client can choose from.

    Behind proxies that is what the outermost trusted one says (SEATCAST_PROXIES); what a client
    says itself is not believed. Whoever has one IPv6 address has 2^64 of them.
    """
    proxies = int(api_settings.NUM_PROXIES or 0)
    if not proxies or not forwarded:
        return _network(peer)
    addresses = forwarded.rsplit(",", proxies)
    return _network(addresses[-min(proxies, len(addresses))].strip())


@lru_cache(maxsize=10_000)
def wider_networks(client: str) -> tuple[str, ...]:
    """Return the networks around a client that one customer of a provider may well have whole.

    From the narrowest to the widest: /56 and /48 for IPv6, /24 for IPv4, none for what is neither.
    """
    try:
        own = ip_network(client)
    except ValueError:
        return ()
    lengths = (56, 48) if own.version == 6 else (24,)
    return tuple(str(own.supernet(new_prefix=length)) for length in lengths)


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
