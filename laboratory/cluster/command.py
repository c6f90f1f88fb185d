"""`python -m laboratory lab`: see docs/lab.md."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.console import Problem, say
from deploy.paths import ROOT
from deploy.waiting import wait_until
from laboratory.chaos.history import History, operations
from laboratory.chaos.sale import Sale, show
from laboratory.cluster.cluster import Cluster, cluster
from laboratory.cluster.faults import Fault, all_faults, lossy_failover
from laboratory.cluster.outcomes import Outcome, longest_gap, most_behind
from laboratory.cluster.probes import (
    COMMAND_EVERY_SECONDS,
    DatabaseProbe,
    Probe,
    SiteProbe,
    ValkeyProbe,
)
from laboratory.cluster.server_metrics import standby_reads
from laboratory.results import table

# Of a client of the lab; after it, it asks the other proxy.
_TIMEOUT_SECONDS = 5.0
_CALM_SECONDS = 5.0
_WHOLE_SECONDS = 120.0
# The database counts as away when it could not be written for so long.
_OUTAGE_SECONDS = 1.5
_WRITES = {"lock", "extend", "unlock", "reserve"}
_HISTORY = ROOT / ".lab" / "history.jsonl"


@dataclass(frozen=True, slots=True)
class _Window:
    """From the beginning of a fault until shortly after the cluster was whole again."""

    fault: str
    since: float
    until: float
    came_back: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """When writes succeeded, how far the database was, and when each viewer was how far."""

    database: list[float]
    valkey: list[float]
    site: list[float]
    heads: list[tuple[float, int]]
    reached: list[list[tuple[float, int]]]


def main() -> int:
    """Run the lab; return the exit status: 0 when nothing was violated."""
    parser = argparse.ArgumentParser(prog="python -m laboratory lab", description=__doc__)
    parser.add_argument(
        "--only",
        default="",
        help="only faults with one of these, by commas, in their names",
    )
    parser.add_argument("--hold", action="store_true", help="no faults: serve until Ctrl-C")
    parser.add_argument("--buyers", type=int, default=6)
    parser.add_argument("--viewers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--asynchronous",
        action="store_true",
        help="plant a fault: let a fail-over lose commits, which the checker must find",
    )
    parser.add_argument(
        "--by-turns",
        action="store_true",
        help="let the proxies send commands to the API hosts in turn, not by event",
    )
    parser.add_argument("--json", type=Path, help="write the results there")
    asked = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return _run(asked)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if asked.hold else 130


def _run(asked: argparse.Namespace) -> int:
    began = time.monotonic()
    routing = "by_turns" if asked.by_turns else "by_event"
    with cluster(
        demo=asked.hold, is_synchronous=not asked.asynchronous, api_routing=routing
    ) as found:
        say(f"The cluster serves after {time.monotonic() - began:.0f} s. Logs are in {found.logs}")
        if asked.hold:
            _print_map(found)
            while True:
                time.sleep(1)
        parts = asked.only.split(",")
        faults = [fault for fault in all_faults() if any(part in fault.name for part in parts)]
        if asked.asynchronous:
            faults = [lossy_failover()]
        report = _sale(found, faults, asked)
    show(report, "reads that may lag")
    _print_outcomes([Outcome(**row) for row in report["outcomes"]])
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))
    return 1 if report["violations"] else 0


def _sale(found: Cluster, faults: list[Fault], asked: argparse.Namespace) -> dict[str, Any]:
    """Sell during the faults; return the report."""
    _HISTORY.parent.mkdir(exist_ok=True)
    first, *spare = found.addresses
    with _HISTORY.open("w") as file:
        sale = Sale(
            first,
            found.environment,
            asked.seed,
            asked.buyers,
            asked.viewers,
            spare=tuple(spare),
            timeout_seconds=_TIMEOUT_SECONDS,
            history=History(file),
        )
        database, valkey = DatabaseProbe(found.hosts), ValkeyProbe(found.hosts)
        with ExitStack() as stack:
            written = stack.enter_context(Probe(database.attempt).running())
            stored = stack.enter_context(Probe(valkey.attempt).running())
            stack.enter_context(sale.going_on())
            database.event_id = sale.event_id
            newcomers = SiteProbe(found.addresses, event_id=sale.event_id, token=sale.a_token())
            stack.enter_context(Probe(newcomers.attempt, COMMAND_EVERY_SECONDS).running())
            time.sleep(_CALM_SECONDS)
            windows = [_inject(found, fault) for fault in faults]
        violations = sale.violations()
        sale.over()
    reads = standby_reads(found.hosts)
    seen = _Seen(
        database=written.succeeded,
        valkey=stored.succeeded,
        site=sorted([*newcomers.decided, *_decided_at(sale.history)]),
        heads=database.heads,
        reached=[viewer.reached for viewer in sale.watchers],
    )
    outcomes = [_outcome(seen, window) for window in windows]
    violations += [
        f"not everything came back after: {each.fault}" for each in outcomes if not each.came_back
    ]
    if not reads["standby"]:
        violations.append("nothing was read from the standby")
    return {
        **sale.report,
        "reads that may lag": dict(reads),
        "outcomes": [asdict(outcome) for outcome in outcomes],
        "violations": violations,
    }


def _decided_at(history: History) -> Iterator[float]:
    """Yield when the buyers' commands were answered."""
    for each in operations(history):
        if not each.is_unknown and each.kind in _WRITES and each.answered_at:
            yield each.answered_at


def _inject(found: Cluster, fault: Fault) -> _Window:
    """Inject a fault, and wait until the cluster is whole again."""
    since = time.time()
    with fault.begin(found):
        say(f"{fault.name} …")
        time.sleep(fault.seconds)
    came_back = wait_until(found.is_whole, seconds=_WHOLE_SECONDS)
    time.sleep(_CALM_SECONDS)
    return _Window(fault.name, since, time.time(), came_back)


def _outcome(seen: _Seen, window: _Window) -> Outcome:
    since, until = window.since, window.until
    database, returned_at = longest_gap(seen.database, since=since, until=until)
    counted_from = returned_at if database >= _OUTAGE_SECONDS else since
    heads = [head for head in seen.heads if counted_from <= head[0] < until]
    return Outcome(
        fault=window.fault,
        database=database,
        valkey=longest_gap(seen.valkey, since=since, until=until)[0],
        site=longest_gap(seen.site, since=since, until=until)[0],
        viewers=most_behind(heads, seen.reached),
        came_back=window.came_back,
    )


def _print_map(found: Cluster) -> None:
    for host in found.hosts.everything:
        print(f"{host.name:10} {host.address:14} {host.namespace}")
    print("\n".join(address.url for address in found.addresses), flush=True)


def _print_outcomes(outcomes: list[Outcome]) -> None:
    head = ("seconds without a write", "PostgreSQL", "Valkey", "site", "viewers behind")
    rows = [
        (
            each.fault if each.came_back else f"{each.fault} (did not come back)",
            *(f"{it:.1f}" for it in (each.database, each.valkey, each.site, each.viewers)),
        )
        for each in outcomes
    ]
    print(f"\n{table(head, rows)}")
