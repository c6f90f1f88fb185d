"""How the servers are called, wherever they are: on this machine and in containers."""

import sys
from collections.abc import Mapping, Sequence

SOCKET_APPLICATION = "config.asgi:application"
API_APPLICATION = "config.api:application"
# Hundreds may click at the same instant; Twisted's own backlog of 50 would turn them away.
BACKLOG = 2048
DEFAULT_POOL_SIZE = 8
# For migrations, backups and a person at a prompt.
_SPARE_CONNECTIONS = 20

_DAPHNE_FLAGS = {
    # No line for every request.
    "--verbosity": "0",
    # A request that takes longer has lost its worker.
    "--http-timeout": "60",
    # A peer that is gone without a word is noticed within a minute.
    "--ping-interval": "20",
    "--ping-timeout": "25",
    # A seat map may stay open all day.
    "--websocket_timeout": "-1",
    # What clients send is tiny. The frame limit is for what comes in; the message limit holds
    # for what goes out as well, so the largest snapshot must fit.
    "--websocket-max-frame-size": "4096",
    "--websocket-max-message-size": "1048576",
}
_GRANIAN_FLAGS = {
    # ASGI without its "lifespan".
    "--interface": "asginl",
    "--http": "1",
    "--backlog": str(BACKLOG),
    # Lost workers are told as errors; what is below is of no use to anybody.
    "--log-level": "error",
    # A request that is under way at the end is answered; one that hangs does not keep the rest.
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

    It replaces a worker that dies, and ends when workers die again and again. Several servers of
    one worker each are better than one of several: if it dies, the others go on.
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
) -> dict[str, str]:
    """Return the variables that `deploy/Caddyfile` takes from the environment.

    `site` are addresses as Caddy writes them; `guide` is who says which of the servers are to be
    sent anything; `sockets` and `api` are hosts with their ports. `log_format` is console or json,
    `access_log` on or off; `hsts_subdomains` is the servers' own setting. `trusted` are the
    networks of proxies in front of this one. With `redirects` it listens on `http_port` as well,
    and sends who comes there to HTTPS.
    """
    return {
        "SEATCAST_SITE": site,
        "SEATCAST_BIND": host,
        "SEATCAST_HTTPS_PORT": f"{https_port}",
        "SEATCAST_HTTP_PORT": f"{http_port}",
        # There is no word for "on"; no certificate is loaded that could be ignored.
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
    }


def migrate_arguments() -> list[str]:
    """Return the arguments of `python` that bring the database up to date."""
    return ["manage.py", "migrate", "--no-input"]


def grant_arguments() -> list[str]:
    """Return the arguments of `python` that let the serving role use what was migrated."""
    return ["manage.py", "grant_serving_role"]


def check_arguments() -> list[str]:
    """Return the arguments of `python` that look for what must not be in production."""
    strictly = ["--fail-level", "WARNING"]
    return ["manage.py", "check", "--deploy", "--database", "default", *strictly]


def collect_arguments() -> list[str]:
    """Return the arguments of `python` that gather the static files of Django's apps."""
    return ["manage.py", "collectstatic", "--no-input"]


# A migration may take longer than any request.
MIGRATE_SETTINGS: Mapping[str, str] = {"SEATCAST_STATEMENT_TIMEOUT_SECONDS": "0"}


def server_settings(
    *,
    data_dir: str,
    database_url: str | None = None,
    migration_url: str | None = None,
    redis_url: str | None = None,
) -> dict[str, str]:
    """Return the settings under which several servers of one site run behind the proxy.

    Without the URL of a service the servers have it from their own environment. `migration_url` is
    for the steps before them, and is not passed on to them.
    """
    urls = {
        "DATABASE_URL": database_url,
        "DATABASE_MIGRATION_URL": migration_url,
        "REDIS_URL": redis_url,
    }
    return {
        **{name: url for name, url in urls.items() if url},
        "SEATCAST_DATA_DIR": data_dir,
        # The proxy: what it says of the client's address is true.
        "SEATCAST_PROXIES": "1",
    }


def postgres_settings(
    *, sockets: int, api_workers: int, pool_size: int = DEFAULT_POOL_SIZE
) -> list[str]:
    """Return the settings of PostgreSQL: as many connections as all pools together may want.

    After a crash it has everything written out at once where that is possible, rather than file by
    file for seconds.
    """
    connections = (sockets + api_workers) * pool_size + _SPARE_CONNECTIONS
    at_once = ["recovery_init_sync_method=syncfs"] if sys.platform == "linux" else []
    return [f"max_connections={connections}", *at_once]


def housekeeping_arguments() -> list[str]:
    """Return the arguments of `python` for what is to be done now and then."""
    return ["manage.py", "housekeeping", "--every", "60"]


def valkey_arguments() -> list[str]:
    """Return the arguments of `valkey-server`.

    Only messages and what can be had again go through it: nothing in it must outlive it.
    """
    return ["--save", "", "--appendonly", "no"]


def _flat(flags: Mapping[str, str]) -> list[str]:
    return [part for flag in flags.items() for part in flag]
