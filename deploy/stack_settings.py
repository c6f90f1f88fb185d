"""The settings of `make stack`, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.address import Address
from deploy.console import Problem
from deploy.environment import is_production, is_set
from deploy.paths import CLIENT, ROOT
from deploy.production import stack_address
from deploy.server import DEFAULT_API_ROUTING, DEFAULT_POOL_SIZE
from deploy.unprivileged import is_reachable

RELEASE = "SEATCAST_RELEASE"
_OWN_FOLDER = ".data"
_FOLDERS_OF_OTHERS = Path("/var/lib/seatcast-stack")
_OWNERS = ("DATABASE_MIGRATION_URL", "DATABASE_MIGRATION_PASSWORD")
_ALWAYS_OURS = {"SEATCAST_DATA_DIR", "SEATCAST_PRODUCTION", "SEATCAST_PROXIES"}
_WORDS = {
    "SEATCAST_LOG_FORMAT": ("console", "json"),
    "SEATCAST_ACCESS_LOG": ("off", "on"),
    "SEATCAST_API_ROUTING": ("by_turns", "by_event"),
}


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """Address, folders, numbers of servers, and which services the stack runs itself."""

    address: Address
    release: Path  # the checkout whose servers run
    data_dir: Path
    sockets: int
    api_workers: int
    pool_size: int
    runs_postgres: bool
    runs_valkey: bool
    log_format: str
    access_log: str
    api_routing: str
    hsts_subdomains: str
    is_production: bool = False

    @property
    def client(self) -> Path:
        """The folder of the release's built client."""
        return self.release / CLIENT.relative_to(ROOT)


def stack_settings(environment: Mapping[str, str]) -> StackSettings:
    """Parse the environment. Raises: Problem if a value is invalid."""
    runs_postgres = not is_set(environment, "DATABASE_URL")
    default = _default_data_dir() if runs_postgres else ROOT / _OWN_FOLDER
    data_dir = Path(environment.get("SEATCAST_DATA_DIR") or default).resolve()
    return StackSettings(
        address=stack_address(environment, data_dir=data_dir),
        release=Path(environment.get(RELEASE) or ROOT).resolve(),
        data_dir=data_dir,
        sockets=_count(environment, "SEATCAST_SOCKET_SERVERS", default=2),
        api_workers=_count(environment, "SEATCAST_API_WORKERS", default=2),
        pool_size=_count(environment, "SEATCAST_POOL_SIZE", default=DEFAULT_POOL_SIZE),
        runs_postgres=runs_postgres,
        runs_valkey=not is_set(environment, "REDIS_URL"),
        log_format=_word(environment, "SEATCAST_LOG_FORMAT", _default_format(environment)),
        access_log=_word(environment, "SEATCAST_ACCESS_LOG", "off"),
        api_routing=_word(environment, "SEATCAST_API_ROUTING", DEFAULT_API_ROUTING),
        hsts_subdomains=environment.get("SEATCAST_HSTS_SUBDOMAINS") or "False",
        is_production=is_production(environment),
    )


def servers_environment(
    environment: Mapping[str, str], settings: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of the servers: this process's, plus the stack's settings."""
    added = {
        name: value
        for name, value in settings.items()
        if name in _ALWAYS_OURS or not is_set(environment, name.removesuffix("_FILE"))
    }
    return {**environment, **added}


def without_owner_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the credentials of the tables' owner."""
    return {name: value for name, value in environment.items() if not name.startswith(_OWNERS)}


def owner_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the credentials of the tables' owner."""
    return {name: value for name, value in environment.items() if name.startswith(_OWNERS)}


def _default_data_dir() -> Path:
    """Return the checkout's `.data`, or a folder in /var/lib if PostgreSQL cannot reach that.

    If this process is root, PostgreSQL runs as another user, who cannot enter a private home.
    """
    if is_reachable(ROOT):
        return ROOT / _OWN_FOLDER
    return _FOLDERS_OF_OTHERS / "-".join(ROOT.parts[1:])


def _count(environment: Mapping[str, str], name: str, *, default: int) -> int:
    value = environment.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and 0 < int(value) <= 64):
        raise Problem(f"{name} must be a number from 1 to 64, not {value!r}.")
    return int(value)


def _default_format(environment: Mapping[str, str]) -> str:
    return "json" if is_production(environment) else "console"


def _word(environment: Mapping[str, str], name: str, default: str) -> str:
    value, known = environment.get(name) or default, _WORDS[name]
    if value not in known:
        raise Problem(f"{name} must be {' or '.join(known)}, not {value!r}.")
    return value
