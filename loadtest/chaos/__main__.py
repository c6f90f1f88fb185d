"""`python -m loadtest.chaos`: see the package."""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.address import serves
from deploy.paths import ROOT, VENV_PYTHON
from deploy.production import is_production, production_trial
from deploy.sites import RunningSite, running_site
from deploy.waiting import wait_until
from loadtest.chaos.buyers import Buyer, Promises
from loadtest.chaos.holds import Holds
from loadtest.chaos.mishaps import Mishaps
from loadtest.chaos.shop import PATIENCE_SECONDS, Shop, Tally
from loadtest.chaos.viewers import Viewer

_SETTLE_SECONDS = 30
_ATTEMPTS = 6


@dataclass(slots=True)
class Run:
    """A whole run, and what came of it."""

    site: RunningSite
    seconds: float
    seed: int
    buyers: int
    viewers: int
    tally: Tally = field(default_factory=Tally)
    promises: list[Promises] = field(default_factory=list)
    holds: Holds = field(default_factory=Holds)
    report: dict[str, Any] = field(default_factory=dict)

    def run(self) -> list[str]:
        """Do it; return the violations."""
        is_over, calm = threading.Event(), threading.Event()
        mishaps = Mishaps(self.site, random.Random(self.seed), calm)
        settings = mishaps.environment()
        stage = json.loads(_manage(settings, "-m", "loadtest.chaos.stage", str(self.buyers)).stdout)
        threads = [threading.Thread(target=mishaps.run, daemon=True)]
        threads += [
            threading.Thread(target=self._buyer(name, token, stage, is_over).run, daemon=True)
            for name, token in stage["tokens"].items()
        ]
        with _watching(self._viewers(stage)) as viewers:
            try:
                for thread in threads:
                    thread.start()
                _wait(self.seconds)
            finally:
                calm.set()
                threads[0].join()
                whole = mishaps.wait_until_whole()
                is_over.set()
                for thread in threads[1:]:
                    thread.join(3 * PATIENCE_SECONDS)
            violations = [] if whole else ["not everything came back after it was killed"]
            if not wait_until(lambda: serves(self.site.address), seconds=_SETTLE_SECONDS):
                violations.append("the site does not serve")
            violations += self._audit(settings, stage["event_id"])
            violations += self._viewers_faults(viewers)
        self.report |= {"mishaps": dict(mishaps.happened), "answers": dict(self.tally.seen)}
        self.report["promises"]["seats_found_as_promised"] = self.holds.confirmed
        return violations + self.tally.faults + self.holds.faults

    def _buyer(
        self, name: str, token: str, stage: dict[str, Any], is_over: threading.Event
    ) -> Buyer:
        dice = random.Random(f"{self.seed} {name}")
        self.promises.append(Promises())
        return Buyer(
            shop=Shop(self.site.address, token, self.tally, dice),
            name=name,
            event_id=stage["event_id"],
            seat_ids=stage["seat_ids"],
            dice=dice,
            promises=self.promises[-1],
            holds=self.holds,
            is_over=is_over,
        )

    def _viewers(self, stage: dict[str, Any]) -> list[Viewer]:
        return [
            Viewer(
                address=self.site.address,
                event_id=stage["event_id"],
                seat_count=len(stage["seat_ids"]),
                dice=random.Random(f"{self.seed} viewer {number}"),
            )
            for number in range(self.viewers)
        ]

    def _audit(self, settings: dict[str, str], event_id: int) -> list[str]:
        violations = []
        for _ in range(_ATTEMPTS):
            reconciled = _manage(settings, "manage.py", "reconcile_payments", "--older-than=0")
            if reconciled.returncode == 0:
                break
        else:
            violations.append(f"payments could not be reconciled: {reconciled.stderr}")
        _manage(settings, "manage.py", "release_expired_locks")
        self.report["reconciled"] = reconciled.stdout.count("->")
        verified = _manage(settings, "manage.py", "verify_ledger")
        if verified.returncode:
            violations += [f"ledger: {line}" for line in verified.stdout.splitlines()]
            violations.append(f"verify_ledger: {verified.stderr.strip()[-500:]}")
        promises = _together(self.promises)
        asked = json.dumps({"event_id": event_id, "promises": promises})
        found = json.loads(_manage(settings, "-m", "loadtest.chaos.audit", stdin=asked).stdout)
        self.report |= {
            name: found[name] for name in ("seq", "seats", "reservations", "charges", "changes")
        }
        self.report["promises"] = {name: len(kept) for name, kept in promises.items()}
        return [*violations, *found["violations"]]

    def _viewers_faults(self, viewers: list[Viewer]) -> list[str]:
        seq, seats = self.report["seq"], self.report.pop("seats")

        def agree() -> bool:
            return all((each.seq, each.seats) == (seq, seats) for each in viewers)

        faults = [fault for viewer in viewers for fault in viewer.faults]
        if not wait_until(agree, seconds=_SETTLE_SECONDS):
            late = sum((each.seq, each.seats) != (seq, seats) for each in viewers)
            faults.append(f"{late} viewers do not see what the database has")
        self.report["viewers"] = {
            "connects": sum(each.connects for each in viewers),
            "frames": sum(each.frames for each in viewers),
        }
        return faults


@contextmanager
def _watching(viewers: list[Viewer]) -> Iterator[list[Viewer]]:
    """Have viewers watch, in a thread of their own, for the context."""
    is_over = threading.Event()

    async def watch() -> None:
        tasks = [asyncio.create_task(viewer.watch()) for viewer in viewers]
        await asyncio.to_thread(is_over.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(watch()), daemon=True)
    thread.start()
    try:
        yield viewers
    finally:
        is_over.set()
        thread.join()


def main() -> int:
    """Run it; return the exit status: 0 when nothing was violated."""
    parser = argparse.ArgumentParser(prog="python -m loadtest.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180, help="of mishaps (%(default)s)")
    parser.add_argument("--seed", type=int, help="to have the same mishaps in the same order")
    parser.add_argument("--buyers", type=int, default=24)
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--json", type=Path, help="write the counts there")
    asked = parser.parse_args()
    seed = random.randrange(1_000_000) if asked.seed is None else asked.seed
    print(f"Seed {seed}, {asked.seconds:.0f} s of mishaps …", flush=True)
    settings = {"SEATCAST_DEMO": "0", **(production_trial() if is_production(os.environ) else {})}
    with running_site("deploy.stack", up=serves, settings=settings) as site:
        run = Run(site, asked.seconds, seed, asked.buyers, asked.viewers)
        violations = run.run()
    report = {"seed": seed, **run.report, "violations": violations}
    _show(report)
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))
    return 1 if violations else 0


def _show(report: dict[str, Any]) -> None:
    for title in ("mishaps", "answers", "promises", "reservations", "charges", "viewers"):
        print(f"\n{title}")
        for name, count in sorted(report[title].items()):
            print(f"{count:9,}  {name.replace('_', ' ')}")
    print(f"\n{report['changes']:9,}  rows in the change log, up to number {report['seq']:,}")
    print(f"{report['reconciled']:9,}  payments left to be reconciled")
    print(f"{len(report['violations']):9,}  violations")
    for violation in report["violations"][:50]:
        print(f"           {violation}")


def _together(promises: list[Promises]) -> dict[str, Any]:
    return {
        "booked": {
            str(number): booking for each in promises for number, booking in each.booked.items()
        },
        "cancelled": [number for each in promises for number in each.cancelled],
        "perhaps_cancelled": [number for each in promises for number in each.perhaps_cancelled],
        "never_answered": [name for each in promises for name in each.never_answered],
    }


def _manage(
    settings: dict[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program with the settings of the site's servers."""
    return subprocess.run(
        [str(VENV_PYTHON), *arguments],
        env={**settings, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def _wait(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    with suppress(KeyboardInterrupt):
        while time.monotonic() < deadline:
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
