"""Redis or Valkey: one server, or the master that Sentinels name.

A URL of Sentinels is `redis+sentinel://:password@host:26379,host:26379/name/0`, where `name` is the
master's name and the number its database. The password is the master's. Each new connection asks
the Sentinels, and a connection to a server that has become a replica is closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from redis.sentinel import Sentinel, SentinelConnectionPool

SCHEME = "redis+sentinel"
_SENTINEL_PORT = 26379
# A Sentinel that is away must not delay a connection for long: the next one is asked.
_SENTINEL_OPTIONS: Mapping[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1}


@dataclass(frozen=True, slots=True)
class _Master:
    sentinels: list[tuple[str, int]]
    name: str
    options: dict[str, Any]


def is_valid(url: str) -> bool:
    """Return whether the URL names a server or Sentinels. May raise ValueError if it does not."""
    if _names_sentinels(url):
        return bool(_parse(url).name)
    found = redis.connection.parse_url(url)  # type: ignore[no-untyped-call]
    return "host" in found or "path" in found


def channel_host(url: str, **options: Any) -> dict[str, Any]:
    """Return an entry of the `hosts` of channels_redis."""
    if not _names_sentinels(url):
        return {"address": url, **options}
    master = _parse(url)
    return {
        "master_name": master.name,
        "sentinels": master.sentinels,
        "sentinel_kwargs": dict(_SENTINEL_OPTIONS),
        **master.options,
        **options,
    }


class ServerPool:
    """The `pool_class` of Django's cache: a pool of connections to the server, or the master."""

    @staticmethod
    def from_url(url: str, **options: Any) -> redis.ConnectionPool:
        if not _names_sentinels(url):
            return redis.ConnectionPool.from_url(url, **options)
        master = _parse(url)
        sentinel = Sentinel(master.sentinels, sentinel_kwargs=dict(_SENTINEL_OPTIONS))  # type: ignore[no-untyped-call]
        return SentinelConnectionPool(master.name, sentinel, **master.options, **options)  # type: ignore[no-untyped-call]


def _names_sentinels(url: str) -> bool:
    return url.startswith(f"{SCHEME}:")


def _parse(url: str) -> _Master:
    """Parse a URL of Sentinels. Raises: ValueError."""
    parts = urlsplit(url)
    user, _, places = parts.netloc.rpartition("@")
    name, _, database = parts.path.strip("/").partition("/")
    if not name or parts.query:
        raise ValueError("A URL of Sentinels ends with the master's name, and has no options.")
    options: dict[str, Any] = {"db": int(database or 0)}
    username, _, password = user.partition(":")
    if username:
        options["username"] = unquote(username)
    if password:
        options["password"] = unquote(password)
    return _Master([_place(place) for place in places.split(",")], unquote(name), options)


def _place(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("A Sentinel has no host name.")
    return parts.hostname, parts.port or _SENTINEL_PORT
