"""What goes wrong between hosts: cut links, lost packets, little bandwidth. Needs nftables.

Each fault is a table of nftables in a host's namespace, or a queue on its interface, and is removed
at the end of the context. The kernel need not have `netem`.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from laboratory.cluster.network import INTERFACE, Host

_numbers = itertools.count()


class Way(StrEnum):
    """The packets that a cut link drops, seen from the first host."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


@contextmanager
def cut(host: Host, others: Iterable[Host], way: Way = Way.BOTH) -> Iterator[None]:
    """Drop the packets between a host and others. Open connections stay, and are silent."""
    addresses = ", ".join(other.address for other in others)
    incoming = [f"ip saddr {{ {addresses} }} drop"] if way in (Way.IN, Way.BOTH) else []
    outgoing = [f"ip daddr {{ {addresses} }} drop"] if way in (Way.OUT, Way.BOTH) else []
    with _table(host, incoming, outgoing):
        yield


@contextmanager
def unplugged(host: Host) -> Iterator[None]:
    """Drop all packets between a host and the others."""
    with _table(host, [f'iifname "{INTERFACE}" drop'], [f'oifname "{INTERFACE}" drop']):
        yield


@contextmanager
def lossy(host: Host, *, percent: int) -> Iterator[None]:
    """Drop a share of the packets that a host receives, chosen at random."""
    with _table(host, [f'iifname "{INTERFACE}" numgen random mod 100 < {percent} drop'], []):
        yield


@contextmanager
def slow(host: Host, *, kilobits: int) -> Iterator[None]:
    """Limit how much a host sends per second."""
    where = ["qdisc", "add", "dev", INTERFACE, "root"]
    host.run("tc", *where, "tbf", "rate", f"{kilobits}kbit", "burst", "16kb", "latency", "400ms")
    try:
        yield
    finally:
        host.run("tc", "qdisc", "del", "dev", INTERFACE, "root")


def rules(name: str, incoming: Sequence[str], outgoing: Sequence[str]) -> str:
    """Return the commands of nftables that make a table."""
    hooks = {"input": incoming, "output": outgoing}
    lines = [f"add table inet {name}"]
    for hook, dropped in hooks.items():
        chain = f"{name} {hook}"
        lines.append(f"add chain inet {chain} {{ type filter hook {hook} priority 0 ; }}")
        lines += [f"add rule inet {chain} {rule}" for rule in dropped]
    return "\n".join(lines) + "\n"


@contextmanager
def _table(host: Host, incoming: Sequence[str], outgoing: Sequence[str]) -> Iterator[None]:
    name = f"fault{next(_numbers)}"
    host.run("nft", "-f", "-", stdin=rules(name, incoming, outgoing))
    try:
        yield
    finally:
        host.run("nft", "delete", "table", "inet", name)
