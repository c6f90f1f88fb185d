"""Determine the client's IP address.

A static host that forwards calls, such as Netlify, has no fixed addresses. The address that it
reports is trusted because it signs each call (SEATCAST_FORWARDING_SECRET).
"""

import time
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import jwt
from django.conf import settings
from rest_framework.settings import api_settings

_SIGNATURE, _CLIENT = b"x-nf-sign", b"x-nf-client-connection-ip"
_SIGNER = "netlify"


def client_ip(request: Any) -> str:
    """Return the client of a Django request; see `resolve_client_ip`."""
    signature = request.META.get("HTTP_X_NF_SIGN")
    if signature and _is_signed(signature):
        return _network(request.META.get("HTTP_X_NF_CLIENT_CONNECTION_IP") or "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR") or ""
    return resolve_client_ip(request.META.get("REMOTE_ADDR") or "", forwarded)


def client_ip_of_scope(scope: Mapping[str, Any]) -> str:
    """Return the client of an ASGI request or WebSocket; see `resolve_client_ip`."""
    named = {name: value for name, value in scope["headers"] if name in (_SIGNATURE, _CLIENT)}
    if _SIGNATURE in named and _is_signed(named[_SIGNATURE].decode("latin-1")):
        return _network(named.get(_CLIENT, b"").decode("latin-1"))
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    peer = (scope.get("client") or ("",))[0]
    return resolve_client_ip(str(peer), b",".join(forwarded).decode("latin-1"))


def resolve_client_ip(peer: str, forwarded: str) -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address.

    Behind proxies it is the entry of `forwarded` (X-Forwarded-For) that the outermost trusted proxy
    added (SEATCAST_PROXIES); a client cannot forge that one. One client has a whole IPv6 /64.
    """
    proxies = int(api_settings.NUM_PROXIES or 0)
    if not proxies or not forwarded:
        return _network(peer)
    addresses = forwarded.rsplit(",", proxies)
    return _network(addresses[-min(proxies, len(addresses))].strip())


def _is_signed(signature: str) -> bool:
    """Return whether the static host signed a call and the signature has not expired."""
    secret = settings.SEATCAST_FORWARDING_SECRET
    return bool(secret) and time.time() < _good_until(signature, secret)


@lru_cache(maxsize=1_000)
def _good_until(signature: str, secret: str) -> float:
    """Return when a signature expires, in Unix seconds; 0 if it is invalid."""
    try:
        claims = jwt.decode(
            signature,
            secret,
            algorithms=["HS256"],
            options={"require": ["exp", "iss"], "verify_iss": False, "verify_aud": False},
        )
    except jwt.InvalidTokenError:
        return 0.0
    return float(claims["exp"]) if str(claims["iss"]).lower() == _SIGNER else 0.0


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
