"""Which URLs and addresses webhooks may reach: public ones, by https.

An owner of an organisation chooses the URL, so it must not lead to what only this server can reach:
its own ports, the private network, a cloud's metadata. A name is resolved when a connection is
opened, each of its addresses is checked, and the connection goes to a checked address; a name that
changes its address in between gains nothing. SEATCAST_WEBHOOK_NETWORKS names exceptions, in which
plain http is permitted too.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

Address = IPv4Address | IPv6Address

# All that is assigned to hosts of the Internet.
_GLOBAL_IPV6 = IPv6Network("2000::/3")
# What `is_global` of an older Python admits: special purposes, with the metadata of one cloud at
# 192.0.0.192, and addresses that contain an IPv4 address (6to4, Teredo).
_SPECIAL = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"))
)
_is_url = URLValidator(schemes=["https", "http"])


class BadUrl(ValueError):
    """The URL cannot be used, whatever its name resolves to. Its text is for people."""


class ForbiddenAddress(Exception):
    """A name resolves to an address that webhooks may not reach."""


def require_usable(url: str) -> None:
    """Require that a URL is https and names no private address. Raises: BadUrl."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise BadUrl("Write this URL in ASCII, without spaces.")
    try:
        _is_url(url)
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except (ValidationError, ValueError):
        raise BadUrl("This is not a URL.") from None
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadUrl("A URL with a user, a password or a fragment cannot be used.")
    if parts.scheme != "https" and not settings.SEATCAST_WEBHOOK_NETWORKS:
        raise BadUrl("Only https URLs can be used.")
    try:
        literal = ip_address(host)
    except ValueError:
        return
    if not is_allowed(literal, is_encrypted=parts.scheme == "https"):
        raise BadUrl("This address is not on the public Internet.")


def require_allowed(addresses: Iterable[str], *, is_encrypted: bool) -> list[str]:
    """Return addresses that a name resolved to. Raises: ForbiddenAddress if one is not allowed."""
    found = list(addresses)
    if not found or not all(_is_allowed_text(each, is_encrypted=is_encrypted) for each in found):
        raise ForbiddenAddress
    return found


def is_allowed(address: Address, *, is_encrypted: bool) -> bool:
    """Return whether webhooks may reach an address."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in ip_network(network) for network in settings.SEATCAST_WEBHOOK_NETWORKS):
        return True
    return is_encrypted and _is_public(address)


def _is_allowed_text(address: str, *, is_encrypted: bool) -> bool:
    try:
        return is_allowed(ip_address(address), is_encrypted=is_encrypted)
    except ValueError:
        # Not an address, or one with a zone.
        return False


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_IPV6:
        return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
