"""Whose request it is, as far as an address can tell."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from rest_framework.settings import api_settings


def client_of(request: Any) -> str:
    """Return where a request comes from, in one word for all that one client can choose from.

    Behind proxies that is what the outermost trusted one says (SEATCAST_PROXIES); what a client
    says itself is not believed. Whoever has one IPv6 address has 2^64 of them.
    """
    proxies = int(api_settings.NUM_PROXIES or 0)
    forwarded = proxies and request.META.get("HTTP_X_FORWARDED_FOR")
    if not forwarded:
        return _network(request.META.get("REMOTE_ADDR") or "")
    addresses = forwarded.split(",")
    return _network(addresses[-min(proxies, len(addresses))].strip())


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
