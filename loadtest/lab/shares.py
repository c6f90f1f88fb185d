"""How the work is shared: CPU time of each host per frame and per click, with more and more hosts.

The hosts share this machine's cores, so what is compared is not how fast they are but what each
spends: with N hosts each should do an Nth of the work, and a unit of work should cost what it costs
one host alone. Viewers and buyers connect to the servers themselves, past the proxies.
"""

import asyncio
import itertools
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import redis

from deploy.console import say
from loadtest.chaos.sale import manage
from loadtest.engine.http import Connection
from loadtest.engine.processes import cpu_seconds
from loadtest.engine.viewers import Viewer
from loadtest.lab.cluster import Cluster
from loadtest.lab.engines import valkey_master
from loadtest.lab.hosts import SITE_PORT, VALKEY_PORT
from loadtest.lab.network import Host

WANTED = 1.1
"""A unit of work may cost so many times what it costs one host alone."""

_BUYERS = 16
_CONNECTS_AT_ONCE = 50
_SETTLE_SECONDS = 3.0
_CHANGES_PER_SECOND = 10.0


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one of `hosts` did: `units` are frames sent, or clicks decided.

    `doorbell_bytes` are what Valkey sent it meanwhile.
    """

    work: str
    hosts: int
    host: str
    units: int
    cpu_seconds: float
    doorbell_bytes: int = 0

    @property
    def microseconds(self) -> float:
        """CPU time per unit."""
        return 1e6 * self.cpu_seconds / max(self.units, 1)


@dataclass(frozen=True, kw_only=True)
class _Sale:
    """The event that is watched and clicked, and the buyers' tokens."""

    event_id: int
    seat_ids: list[int]
    tokens: list[str]


class _CountingViewer(Viewer):
    """A viewer that only counts its frames."""

    count = 0

    def hear(self, payload: bytes, now_ns: int) -> None:  # noqa: ARG002
        self.count += 1
        self.welcome()


def measure(found: Cluster, *, viewers: int, seconds: float, rounds: int) -> list[Share]:
    """Measure each number of hosts in each round, in random order."""
    made = manage(found.environment, "-m", "loadtest.chaos.fixtures", str(_BUYERS))
    fixtures = json.loads(made.stdout)
    sale = _Sale(
        event_id=fixtures["event_id"],
        seat_ids=fixtures["seat_ids"],
        tokens=list(fixtures["tokens"].values()),
    )
    runs: list[tuple[Callable[..., Any], Sequence[Host], dict[str, Any]]] = [
        *(
            (_watched, found.hosts.sockets[:count], {"viewers": viewers})
            for count in range(1, len(found.hosts.sockets) + 1)
        ),
        *((_clicked, found.hosts.api[:count], {}) for count in range(1, len(found.hosts.api) + 1)),
    ]
    shares: list[Share] = []
    for number in range(1, rounds + 1):
        for work, hosts, options in random.sample(runs, len(runs)):
            say(f"Round {number}: {', '.join(host.name for host in hosts)} …")
            shares += asyncio.run(work(found, sale, hosts, seconds=seconds, **options))
    return shares


async def _watched(
    found: Cluster, sale: _Sale, hosts: Sequence[Host], *, viewers: int, seconds: float
) -> list[Share]:
    """Let viewers watch on these hosts while seats change at a steady rate."""
    everybody = {host.name: _viewers_of(host, sale, viewers // len(hosts)) for host in hosts}
    places = asyncio.Semaphore(_CONNECTS_AT_ONCE)

    async def connect(viewer: Viewer) -> None:
        async with places:
            await viewer.open()

    flat = list(itertools.chain.from_iterable(everybody.values()))
    try:
        await asyncio.gather(*map(connect, flat))
        buyer = _Buyer(found.hosts.api[0], sale, 0)
        await buyer.click(seconds=_SETTLE_SECONDS, per_second=_CHANGES_PER_SECOND)
        before = {host.name: _spent(host, "daphne") for host in hosts}
        rung = {host.name: _doorbell_bytes(found, host) for host in hosts}
        sent = {host.name: _frames(everybody[host.name]) for host in hosts}
        await buyer.click(seconds=seconds, per_second=_CHANGES_PER_SECOND)
        buyer.close()
        return [
            Share(
                work="frame",
                hosts=len(hosts),
                host=host.name,
                units=_frames(everybody[host.name]) - sent[host.name],
                cpu_seconds=_spent(host, "daphne") - before[host.name],
                doorbell_bytes=_doorbell_bytes(found, host) - rung[host.name],
            )
            for host in hosts
        ]
    finally:
        for viewer in flat:
            viewer.leave()


async def _clicked(
    found: Cluster,  # noqa: ARG001 - like `_watched`
    sale: _Sale,
    hosts: Sequence[Host],
    *,
    seconds: float,
) -> list[Share]:
    """Let all buyers lock and unlock seats as fast as these hosts answer."""
    buyers = [
        _Buyer(hosts[number % len(hosts)], sale, number) for number in range(len(sale.tokens))
    ]
    await asyncio.gather(*(buyer.click(seconds=_SETTLE_SECONDS) for buyer in buyers))
    before = {host.name: _spent(host, "granian") for host in hosts}
    counts = {buyer: buyer.clicks for buyer in buyers}
    await asyncio.gather(*(buyer.click(seconds=seconds) for buyer in buyers))
    shares = [
        Share(
            work="click",
            hosts=len(hosts),
            host=host.name,
            units=sum(each.clicks - counts[each] for each in buyers if each.host == host),
            cpu_seconds=_spent(host, "granian") - before[host.name],
        )
        for host in hosts
    ]
    for buyer in buyers:
        buyer.close()
    return shares


class _Buyer:
    """Locks and unlocks a seat of its own, at one API host."""

    def __init__(self, host: Host, sale: _Sale, number: int) -> None:
        self.host = host
        self.clicks = 0
        seat = sale.seat_ids[number]
        self._path = f"/api/events/{sale.event_id}/seats/{seat}"
        self._connection = Connection(
            f"http://{host.address}:{SITE_PORT}",
            {"Authorization": f"Bearer {sale.tokens[number]}"},
        )

    async def click(self, *, seconds: float, per_second: float | None = None) -> None:
        """Lock and unlock in turn; without a rate each click follows the last one's answer."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        until = due + seconds
        for verb in itertools.cycle(("lock", "unlock")):
            if loop.time() >= until and verb == "lock":
                return
            answer = await self._connection.ask("POST", f"{self._path}/{verb}/", {})
            self.clicks += answer.status == 200
            if per_second is not None:
                due += 1 / per_second
                await asyncio.sleep(due - loop.time())

    def close(self) -> None:
        self._connection.close()


def _viewers_of(host: Host, sale: _Sale, count: int) -> list[_CountingViewer]:
    url = f"ws://{host.address}:{SITE_PORT}/ws/events/{sale.event_id}/"
    return [_CountingViewer(url, {}) for _ in range(count)]


def _frames(viewers: Sequence[_CountingViewer]) -> int:
    return sum(viewer.count for viewer in viewers)


def _spent(host: Host, module: str) -> float:
    """Return the CPU time of a host's servers."""
    return sum(cpu_seconds(pid) for pid in host.pids() if module in _command(pid))


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _doorbell_bytes(found: Cluster, host: Host) -> int:
    """Return what Valkey has sent to a host's subscriptions that are open."""
    master = valkey_master(found.hosts)
    with redis.Redis(master.address, VALKEY_PORT) as client:
        return sum(
            int(each["tot-net-out"])
            for each in client.client_list(_type="pubsub")
            if each["addr"].startswith(f"{host.address}:")
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """The medians of one number of hosts; `ratios` are to one host, of each host of each round."""

    work: str
    hosts: int
    microseconds: float
    ratio: float
    largest_ratio: float
    largest_share: float
    doorbell_bytes: int


def summarise(shares: Sequence[Share]) -> list[Row]:
    """Return a row for each kind of work and number of hosts.

    `ratio` is what a unit costs to what it costs one host alone, `largest_ratio` that of the host
    with the highest one; `largest_share` is the work of the busiest host in each round to an equal
    share. All are medians of rounds.
    """
    rows = []
    for (work, hosts), group in itertools.groupby(
        sorted(shares, key=lambda each: (each.work, each.hosts)),
        key=lambda each: (each.work, each.hosts),
    ):
        mine = list(group)
        rounds = [
            [each for each in mine if each.host == name]
            for name in dict.fromkeys(each.host for each in mine)
        ]
        alone = median(
            each.microseconds for each in shares if each.work == work and each.hosts == 1
        )
        by_round = list(zip(*rounds, strict=True))
        rows.append(
            Row(
                work=work,
                hosts=hosts,
                microseconds=median(each.microseconds for each in mine),
                ratio=median(each.microseconds for each in mine) / alone,
                largest_ratio=median(
                    max(each.microseconds for each in some) / alone for some in by_round
                ),
                largest_share=median(
                    max(each.units for each in some) * hosts / sum(each.units for each in some)
                    for some in by_round
                ),
                doorbell_bytes=round(
                    median(sum(each.doorbell_bytes for each in some) for some in by_round)
                ),
            )
        )
    return rows


def print_rows(rows: Sequence[Row]) -> None:
    """Print the table."""
    print(f"\n{'':8} hosts  CPU us each   to one  costliest  busiest  doorbell bytes")
    for row in rows:
        print(
            f"{row.work:8} {row.hosts:5} {row.microseconds:12.1f} {row.ratio:8.2f}"
            f" {row.largest_ratio:10.2f} {row.largest_share:8.2f} {row.doorbell_bytes:15,}"
        )


def as_json(shares: Sequence[Share]) -> list[dict[str, Any]]:
    return [asdict(share) for share in shares]
