"""What `make stack` is asked for, by the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.address import Address, address_from
from deploy.paths import ROOT
from deploy.problems import Problem
from deploy.server import DEFAULT_POOL_SIZE

_WORDS = {"SEATCAST_LOG_FORMAT": ("console", "json"), "SEATCAST_ACCESS_LOG": ("off", "on")}
# As the servers read it.
_TRUE = ("true", "on", "ok", "y", "yes", "1")


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """How many servers, where, and which services are somebody else's."""

    address: Address
    data_dir: Path
    sockets: int
    api_workers: int
    pool_size: int
    brings_postgres: bool
    brings_valkey: bool
    log_format: str
    access_log: str


def stack_settings(environment: Mapping[str, str]) -> StackSettings:
    """Return what the environment asks for.

    Raises: Problem when a number is none, or a word is none that is known.
    """
    return StackSettings(
        address=address_from(environment),
        data_dir=Path(environment.get("SEATCAST_DATA_DIR") or ROOT / ".data").resolve(),
        sockets=_count(environment, "SEATCAST_SOCKET_SERVERS", default=2),
        api_workers=_count(environment, "SEATCAST_API_WORKERS", default=2),
        pool_size=_count(environment, "SEATCAST_POOL_SIZE", default=DEFAULT_POOL_SIZE),
        brings_postgres=not _names(environment, "DATABASE_URL"),
        brings_valkey=not _names(environment, "REDIS_URL"),
        log_format=_word(environment, "SEATCAST_LOG_FORMAT", _default_format(environment)),
        access_log=_word(environment, "SEATCAST_ACCESS_LOG", "off"),
    )


def _names(environment: Mapping[str, str], name: str) -> bool:
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))


def _count(environment: Mapping[str, str], name: str, *, default: int) -> int:
    value = environment.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and 0 < int(value) <= 64):
        raise Problem(f"{name} must be a number from 1 to 64, not {value!r}.")
    return int(value)


def _default_format(environment: Mapping[str, str]) -> str:
    is_production = environment.get("SEATCAST_PRODUCTION", "").lower() in _TRUE
    return "json" if is_production else "console"


def _word(environment: Mapping[str, str], name: str, default: str) -> str:
    value, known = environment.get(name) or default, _WORDS[name]
    if value not in known:
        raise Problem(f"{name} must be {' or '.join(known)}, not {value!r}.")
    return value
