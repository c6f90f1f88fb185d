"""Command lines and settings of all servers, on this machine and in containers."""

import sys
from collections.abc import Mapping, Sequence

SOCKET_APPLICATION = "config.asgi:application"
API_APPLICATION = "config.api:application"
# Hundreds may connect at the same instant; Twisted's default of 50 would refuse most of them.
BACKLOG = 2048
DEFAULT_POOL_SIZE = 8
DEFAULT_API_ROUTING = "by_event"
# For migrations, backups and psql.
_SPARE_CONNECTIONS = 20

_DAPHNE_FLAGS = {
    # No access log.
    "--verbosity": "0",
    # Longer requests have lost their worker.
    "--http-timeout": "60",
    # A peer that vanished is detected within a minute.
    "--ping-interval": "20",
    "--ping-timeout": "25",
    # A seat map may stay open all day.
    "--websocket_timeout": "-1",
    # Clients send tiny frames. The message limit also applies to outgoing messages, so the largest
    # snapshot must fit.
    "--websocket-max-frame-size": "4096",
    "--websocket-max-message-size": "1048576",
}
_GRANIAN_FLAGS = {
    # ASGI without its "lifespan".
    "--interface": "asginl",
    "--http": "1",
    "--backlog": str(BACKLOG),
    # Lost workers are logged as errors.
    "--log-level": "error",
    # At shutdown, requests in progress have this long to finish.
    "--workers-kill-timeout": "10",
}


def daphne_arguments(*, host: str, port: int) -> list[str]:
    """Return the arguments of the `daphne` command that serves the sockets, or the whole site."""
    interface = host.replace(":", r"\:")
    endpoint = f"tcp:port={port}:interface={interface}:backlog={BACKLOG}"
    flags = _flat(_DAPHNE_FLAGS)
    return ["--endpoint", endpoint, *flags, "--no-server-name", SOCKET_APPLICATION]


def granian_arguments(*, host: str, port: int, workers: int = 1) -> list[str]:
    """Return the arguments of the `granian` command that serves all but the sockets.

    It replaces a worker that dies, and exits if workers die repeatedly. Run several servers of one
    worker each rather than one of several: if one server dies, the others go on.
    """
    place = ["--host", host, "--port", str(port), "--workers", str(workers)]
    switches = ["--no-ws", "--no-access-log", "--respawn-failed-workers"]
    return [*place, *_flat(_GRANIAN_FLAGS), *switches, API_APPLICATION]


def caddy_arguments(*, caddyfile: str) -> list[str]:
    """Return the arguments of the `caddy` command that runs the proxy."""
    return ["run", "--config", caddyfile, "--adapter", "caddyfile"]


def proxy_variables(
    *,
    site: str,
    host: str,
    https_port: int | str = 443,
    http_port: int | str = 80,
    redirects: bool = False,
    trusted: str = "",
    sockets: Sequence[str],
    api: Sequence[str],
    client_dir: str,
    static_dir: str,
    own_dir: str,
    log_format: str,
    access_log: str,
    hsts_subdomains: str = "False",
    health_checks: str = "no_health_checks",
    api_routing: str = DEFAULT_API_ROUTING,
) -> dict[str, str]:
    """Return the variables that `deploy/Caddyfile` takes from the environment.

    `site` is a list of addresses in Caddy's syntax; `sockets` and `api` are upstreams as host:port;
    `health_checks` is the snippet of the Caddyfile that checks their health, `api_routing` the one
    that chooses an API server, `by_turns` or `by_event`. `log_format` is console or json,
    `access_log` on or off; `hsts_subdomains` is the servers' setting. `trusted` are the networks of
    proxies in front of this one. With `redirects` it also listens on `http_port` and redirects to
    HTTPS.
    """
    return {
        "SEATCAST_SITE": site,
        "SEATCAST_BIND": host,
        "SEATCAST_HTTPS_PORT": f"{https_port}",
        "SEATCAST_HTTP_PORT": f"{http_port}",
        # Caddy has no value for "on"; this one ignores loaded certificates, and there are none.
        "SEATCAST_AUTO_HTTPS": "ignore_loaded_certs" if redirects else "disable_redirects",
        "SEATCAST_TRUSTED_PROXIES": trusted,
        "SEATCAST_SOCKET_UPSTREAMS": " ".join(sockets),
        "SEATCAST_API_UPSTREAMS": " ".join(api),
        "SEATCAST_CLIENT_DIR": client_dir,
        "SEATCAST_STATIC_DIR": static_dir,
        "SEATCAST_PROXY_DIR": own_dir,
        "SEATCAST_HSTS_SUBDOMAINS": hsts_subdomains,
        "SEATCAST_LOG_FORMAT": log_format,
        "SEATCAST_ACCESS_LOG": access_log,
        "SEATCAST_PROXY_HEALTH_CHECKS": health_checks,
        "SEATCAST_API_ROUTING": api_routing,
    }


def migrate_arguments() -> list[str]:
    """Return the arguments of `python` that migrate the database."""
    return ["manage.py", "migrate", "--no-input"]


def grant_arguments() -> list[str]:
    """Return the arguments of `python` that grant the serving role its privileges."""
    return ["manage.py", "grant_serving_role"]


def check_arguments() -> list[str]:
    """Return the arguments of `python` that check the settings for production."""
    strictly = ["--fail-level", "WARNING"]
    return ["manage.py", "check", "--deploy", "--database", "default", *strictly]


def collect_arguments() -> list[str]:
    """Return the arguments of `python` that collect static files."""
    return ["manage.py", "collectstatic", "--no-input"]


# Migrations may take longer than requests.
MIGRATE_SETTINGS: Mapping[str, str] = {"SEATCAST_STATEMENT_TIMEOUT_SECONDS": "0"}


def server_settings(
    *,
    data_dir: str,
    database_url: str | None = None,
    migration_url: str | None = None,
    redis_url: str | None = None,
) -> dict[str, str]:
    """Return the settings of servers behind the proxy.

    URLs that are None come from the servers' own environment. `migration_url` is for the release
    tasks and is not passed on to servers.
    """
    urls = {
        "DATABASE_URL": database_url,
        "DATABASE_MIGRATION_URL": migration_url,
        "REDIS_URL": redis_url,
    }
    return {
        **{name: url for name, url in urls.items() if url},
        "SEATCAST_DATA_DIR": data_dir,
        # One proxy, whose X-Forwarded-For is trusted.
        "SEATCAST_PROXIES": "1",
    }


def postgres_settings(
    *, sockets: int, api_workers: int, pool_size: int = DEFAULT_POOL_SIZE
) -> list[str]:
    """Return PostgreSQL's settings, with enough connections for all pools.

    On Linux, crash recovery syncs whole file systems instead of each file, which takes seconds.
    """
    connections = (sockets + api_workers) * pool_size + _SPARE_CONNECTIONS
    at_once = ["recovery_init_sync_method=syncfs"] if sys.platform == "linux" else []
    return [f"max_connections={connections}", *at_once]


def housekeeping_arguments() -> list[str]:
    """Return the arguments of `python` for the housekeeping process."""
    return ["manage.py", "housekeeping", "--every", "60"]


def valkey_arguments() -> list[str]:
    """Return the arguments of `valkey-server`.

    Without persistence: it has only messages and caches.
    """
    return ["--save", "", "--appendonly", "no"]


def _flat(flags: Mapping[str, str]) -> list[str]:
    return [part for flag in flags.items() for part in flag]
