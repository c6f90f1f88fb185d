"""How the work is shared: CPU time of each host per frame and per click, with more and more hosts.

The hosts share this machine's cores, so what is compared is not how fast they are but what each
spends: with N hosts each should do an Nth of the work, and a unit of work should cost what it costs
one host alone. Viewers and buyers connect to the servers themselves, past the proxies: buyers in
turn, all of them at one event, and as proxies that route by event send those of as many events.

Each host also has work that does not shrink: it reads every notification and writes every frame
once, and a transaction for its clicks. So the ratio depends on how many viewers and buyers it has.
"""

import asyncio
import itertools
import json
import operator
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import redis

from deploy.console import say
from laboratory.chaos.sale import manage
from laboratory.cluster.cluster import Cluster
from laboratory.cluster.engines import valkey_master
from laboratory.cluster.hosts import SITE_PORT, VALKEY_PORT
from laboratory.cluster.network import Host
from loadtest.engine.http import Connection
from loadtest.engine.processes import cpu_seconds
from loadtest.engine.viewers import Viewer, allow_many_files

WANTED = 1.1
"""A host may do so many times its share of the work of one host alone."""

FRAME, CLICK, CLICK_BY_TURNS = "frame", "click", "click by turns"
"""Kinds of work. Proxies that route by event do not send clicks by turns."""

_BUYERS = 96
_CONNECTS_AT_ONCE = 50
_SETTLE_SECONDS = 3.0
_CHANGES_PER_SECOND = 10.0


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one of `hosts` did: `units` are frames sent, or clicks decided.

    `doorbell_bytes` is what Valkey sent it for each change.
    """

    work: str
    hosts: int
    host: str
    units: int
    cpu_seconds: float
    doorbell_bytes: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Sale:
    """The events, of which the first is watched, with their seats, and the buyers' tokens."""

    seat_ids: dict[int, list[int]]
    tokens: list[str]

    @property
    def events(self) -> list[int]:
        return list(self.seat_ids)


class _CountingViewer(Viewer):
    """A viewer that only counts its frames."""

    count = 0

    def hear(self, payload: bytes, now_ns: int) -> None:  # noqa: ARG002
        self.count += 1
        self.welcome()


def measure(
    found: Cluster, *, only: Sequence[str], viewers: int, seconds: float, rounds: int
) -> list[Share]:
    """Measure each number of hosts in each round, in random order.

    Only the work is measured that has one of the words of `only` in its name.
    """
    allow_many_files()
    numbers = str(_BUYERS), str(len(found.hosts.api))
    made = manage(found.environment, "-m", "laboratory.chaos.fixtures", *numbers)
    fixtures = json.loads(made.stdout)
    sale = _Sale(
        seat_ids={int(event): seats for event, seats in fixtures["all_seat_ids"].items()},
        tokens=list(fixtures["tokens"].values()),
    )
    everything: list[tuple[str, Callable[..., Any], Sequence[Host], dict[str, Any]]] = [
        *(
            (FRAME, _watched, found.hosts.sockets[:count], {"viewers": viewers})
            for count in range(1, len(found.hosts.sockets) + 1)
        ),
        *(
            (work, _clicked, found.hosts.api[:count], {"work": work})
            for count in range(1, len(found.hosts.api) + 1)
            for work in (CLICK, CLICK_BY_TURNS)
        ),
    ]
    runs = [run for run in everything if any(word in run[0] for word in only)]
    shares: list[Share] = []
    for number in range(1, rounds + 1):
        for work, function, hosts, options in random.sample(runs, len(runs)):
            say(f"Round {number}: a {work}, {', '.join(host.name for host in hosts)} …")
            shares += asyncio.run(function(found, sale, hosts, seconds=seconds, **options))
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
        buyer = _Buyer(found.hosts.api[0], sale, sale.events[0], 0)
        await buyer.click(seconds=_SETTLE_SECONDS, per_second=_CHANGES_PER_SECOND)
        before = {host.name: _spent(host, "daphne") for host in hosts}
        rung = {host.name: _doorbell_bytes(found, host) for host in hosts}
        sent = {host.name: _frames(everybody[host.name]) for host in hosts}
        clicks = buyer.clicks
        await buyer.click(seconds=seconds, per_second=_CHANGES_PER_SECOND)
        changes = max(buyer.clicks - clicks, 1)
        buyer.close()
        return [
            Share(
                work=FRAME,
                hosts=len(hosts),
                host=host.name,
                units=_frames(everybody[host.name]) - sent[host.name],
                cpu_seconds=_spent(host, "daphne") - before[host.name],
                doorbell_bytes=(_doorbell_bytes(found, host) - rung[host.name]) / changes,
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
    work: str,
) -> list[Share]:
    """Let all buyers lock and unlock seats as fast as these hosts answer.

    Each buys at one of the events, each of which is on one host; by turns all are at the first.
    """
    is_spread = work == CLICK
    buyers = [
        _Buyer(
            hosts[number % len(hosts)],
            sale,
            sale.events[number % len(sale.events) if is_spread else 0],
            number,
        )
        for number in range(len(sale.tokens))
    ]
    await asyncio.gather(*(buyer.click(seconds=_SETTLE_SECONDS) for buyer in buyers))
    before = {host.name: _spent(host, "granian") for host in hosts}
    counts = {buyer: buyer.clicks for buyer in buyers}
    await asyncio.gather(*(buyer.click(seconds=seconds) for buyer in buyers))
    shares = [
        Share(
            work=work,
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

    def __init__(self, host: Host, sale: _Sale, event: int, number: int) -> None:
        self.host = host
        self.clicks = 0
        seat = sale.seat_ids[event][number]
        self._path = f"/api/events/{event}/seats/{seat}"
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
    url = f"ws://{host.address}:{SITE_PORT}/ws/events/{sale.events[0]}/"
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
    """The medians of the rounds for a number of hosts; see `summarise`."""

    work: str
    hosts: int
    microseconds: float
    ratio: float
    largest_share: float
    doorbell_bytes: float


def summarise(shares: Sequence[Share]) -> list[Row]:
    """Return a row for each kind of work and number of hosts.

    `ratio` is what a unit costs all hosts together to what it cost one host alone in the same
    round; `largest_share` is the CPU time of the busiest host to an Nth of what one host alone
    would have spent on all units; `doorbell_bytes` are those of all hosts.
    """
    by_run: dict[tuple[str, int], list[list[Share]]] = {}
    for share in shares:
        runs = by_run.setdefault((share.work, share.hosts), [])
        if not runs or len(runs[-1]) == share.hosts:
            runs.append([])
        runs[-1].append(share)
    rows = []
    for (work, hosts), runs in sorted(by_run.items()):
        together = [_together(run) for run in runs]
        alone = [_together(run) for run in by_run[work, 1]]
        rows.append(
            Row(
                work=work,
                hosts=hosts,
                microseconds=1e6 * median(together),
                ratio=median(map(operator.truediv, together, alone)),
                largest_share=median(
                    max(each.cpu_seconds for each in run)
                    * hosts
                    / (one * sum(each.units for each in run))
                    for run, one in zip(runs, alone, strict=True)
                ),
                doorbell_bytes=median(sum(each.doorbell_bytes for each in run) for run in runs),
            )
        )
    return rows


def _together(run: Sequence[Share]) -> float:
    """Return the CPU seconds per unit of all hosts of a run."""
    return sum(each.cpu_seconds for each in run) / max(sum(each.units for each in run), 1)


def print_rows(rows: Sequence[Row]) -> None:
    """Print the table."""
    print(f"\n{'':14} hosts  CPU us each  to one alone  busiest to its share  doorbell bytes")
    for row in rows:
        print(
            f"{row.work:14} {row.hosts:5} {row.microseconds:12.1f} {row.ratio:13.2f}"
            f" {row.largest_share:21.2f} {row.doorbell_bytes:15.0f}"
        )


def as_json(shares: Sequence[Share]) -> list[dict[str, Any]]:
    return [asdict(share) for share in shares]
