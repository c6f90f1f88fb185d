"""One process with the site's settings that reaches for every service; says what it reached.

Prints one line of JSON: for each way to a service null, or the error that stood in it.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable

import django
import psycopg

_PATIENCE_SECONDS = 60

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> int:
    django.setup()
    logging.disable()
    ways: dict[str, Callable[[], None]] = {
        "database": _database,
        "cache": _cache,
        "channel layer": _channel_layer,
        "readiness": _readiness,
        "mail": _mail,
    }
    print(json.dumps({name: _error(way) for name, way in ways.items() if name in sys.argv[1:]}))
    return 0


def _error(way: Callable[[], None]) -> str | None:
    try:
        way()
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return None


def _database() -> None:
    from django.db import connection

    # Past the pool, which says no more than that it got no connection, and with time for the
    # certificates on a busy machine.
    parameters = {**connection.get_connection_params(), "connect_timeout": _PATIENCE_SECONDS}
    parameters.pop("pool", None)
    psycopg.connect(**parameters).close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    from django.conf import settings
    from django.core.cache import cache

    options = settings.CACHES["default"]["OPTIONS"]
    options["socket_timeout"] = options["socket_connect_timeout"] = _PATIENCE_SECONDS
    cache.set("tls", 1, 10)
    if cache.get("tls") != 1:
        raise RuntimeError("The cache forgot at once.")


def _channel_layer() -> None:
    from channels.layers import get_channel_layer
    from django.conf import settings

    for host in settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"]:
        host["socket_connect_timeout"] = _PATIENCE_SECONDS

    async def send_and_receive() -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add("tls", channel)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await layer.group_send("tls", {"type": "probe"})
                await layer.receive(channel)
        finally:
            await layer.group_discard("tls", channel)

    asyncio.run(send_and_receive())


def _readiness() -> None:
    from config.web import readiness

    # With time for the certificates on a busy machine.
    readiness.TIMEOUT_SECONDS = readiness.REDIS_TIMEOUT_SECONDS = _PATIENCE_SECONDS
    if not readiness.ReadinessCheck().readiness().redis:
        raise RuntimeError("/readyz does not reach Redis.")


def _mail() -> None:
    from django.core.mail import send_mail

    send_mail("Probe", "Over TLS.", None, ["buyer@example.org"])


if __name__ == "__main__":
    sys.exit(main())
