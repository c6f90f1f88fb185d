"""The faults: hosts that die or freeze, links that are cut, lose packets or are slow."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from laboratory.cluster.cluster import Cluster
from laboratory.cluster.engines import run_on, valkey_master
from laboratory.cluster.links import Way, cut, lossy, slow, unplugged
from laboratory.cluster.network import Host
from laboratory.cluster.server_metrics import selling_host

FAULT_SECONDS = 10.0
# Longer than it takes to elect the successor of a primary.
LONG_SECONDS = 35.0
_LOSS_PERCENT = 20
_SLOW_KILOBITS = 256


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault for the length of the context that `begin` returns."""

    name: str
    begin: Callable[[Cluster], AbstractContextManager[None]]
    seconds: float = FAULT_SECONDS


@dataclass(frozen=True, kw_only=True)
class Link:
    """What runs between a host and others, which the faults of a cluster may have moved."""

    name: str
    one: Callable[[Cluster], Host]
    others: Callable[[Cluster], Sequence[Host]]


LINKS = (
    Link(name="primary - standby", one=Cluster.primary, others=lambda c: [c.standby()]),
    Link(name="primary - etcd", one=Cluster.primary, others=lambda c: c.hosts.votes),
    Link(
        name="API - databases",
        one=lambda c: selling_host(c.hosts),
        others=lambda c: c.hosts.databases,
    ),
    Link(
        name="sockets - databases",
        one=lambda c: c.hosts.sockets[0],
        others=lambda c: c.hosts.databases,
    ),
    Link(
        name="sockets - Valkey", one=lambda c: c.hosts.sockets[0], others=lambda c: c.hosts.valkeys
    ),
    Link(
        name="API - Valkey", one=lambda c: selling_host(c.hosts), others=lambda c: c.hosts.valkeys
    ),
    Link(
        name="Valkey's master - Sentinels",
        one=lambda c: valkey_master(c.hosts),
        others=lambda c: c.hosts.votes,
    ),
    Link(
        name="proxy - API",
        one=lambda c: c.hosts.proxies[0],
        others=lambda c: [selling_host(c.hosts)],
    ),
    Link(
        name="proxy - sockets",
        one=lambda c: c.hosts.proxies[0],
        others=lambda c: c.hosts.sockets[:1],
    ),
    Link(
        name="standby - servers",
        one=lambda c: c.standby(),
        others=lambda c: (*c.hosts.api, *c.hosts.sockets),
    ),
    Link(name="vote - votes", one=lambda c: c.hosts.votes[0], others=lambda c: c.hosts.votes[1:]),
)

ROLES: dict[str, Callable[[Cluster], Host]] = {
    "primary": Cluster.primary,
    "standby": lambda c: c.standby(),
    "Valkey's master": lambda c: valkey_master(c.hosts),
    "Valkey's replica": lambda c: _other(c.hosts.valkeys, valkey_master(c.hosts)),
    "API host": lambda c: selling_host(c.hosts),
    "socket host": lambda c: c.hosts.sockets[0],
    "proxy": lambda c: c.hosts.proxies[0],
    "vote": lambda c: c.hosts.votes[0],
}


def all_faults() -> list[Fault]:
    """Return the faults in the order in which they are injected."""
    return [
        *(_on_role(role, "killed", dead, _seconds(role)) for role in ROLES),
        *(_on_role(role, "frozen", frozen) for role in ROLES),
        lossy_failover(),
        _on_role("primary", "frozen until replaced", frozen, LONG_SECONDS),
        _on_role("standby", "replays nothing", not_replaying),
        *(_cut(link, way) for link in LINKS for way in Way),
        _on_role("primary", "loses packets", lambda host: lossy(host, percent=_LOSS_PERCENT)),
        _on_role("primary", "on a slow line", lambda host: slow(host, kilobits=_SLOW_KILOBITS)),
    ]


def lossy_failover() -> Fault:
    """Return a fault that loses commits if replication is asynchronous.

    Otherwise the standby is not promoted.
    """
    return Fault(
        name="primary killed, apart from its standby", begin=dead_after_apart, seconds=LONG_SECONDS
    )


@contextmanager
def dead(host: Host) -> Iterator[None]:
    """Kill all processes of a host, and keep it away; its servers start again meanwhile."""
    with unplugged(host):
        host.signal(signal.SIGKILL)
        yield


@contextmanager
def frozen(host: Host) -> Iterator[None]:
    """Stop a host as a hypervisor does: nothing runs, nothing arrives; then it goes on."""
    with unplugged(host):
        host.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            host.signal(signal.SIGCONT)


@contextmanager
def not_replaying(standby: Host) -> Iterator[None]:
    """Let a standby receive what is committed, and apply none of it."""
    run_on(standby, "SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        run_on(standby, "SELECT pg_wal_replay_resume()")


@contextmanager
def dead_after_apart(cluster: Cluster) -> Iterator[None]:
    """Let the primary commit without its standby for a while, then kill it."""
    primary = cluster.primary()
    with cut(primary, [cluster.standby()]):
        time.sleep(FAULT_SECONDS)
        with dead(primary):
            yield


def _on_role(
    role: str,
    what: str,
    happens: Callable[[Host], AbstractContextManager[None]],
    seconds: float = FAULT_SECONDS,
) -> Fault:
    find = ROLES[role]
    return Fault(name=f"{role} {what}", begin=lambda c: happens(find(c)), seconds=seconds)


def _cut(link: Link, way: Way) -> Fault:
    return Fault(
        name=f"{link.name} cut ({way})", begin=lambda c: cut(link.one(c), link.others(c), way)
    )


def _seconds(role: str) -> float:
    return LONG_SECONDS if role == "primary" else FAULT_SECONDS


def _other(hosts: Sequence[Host], one: Host) -> Host:
    return next(host for host in hosts if host != one)
