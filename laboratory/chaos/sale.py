"""A sale during faults, and the checks after it."""

import asyncio
import json
import random
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.address import Address
from deploy.paths import ROOT, VENV_PYTHON
from deploy.waiting import wait_until
from laboratory.chaos import readers
from laboratory.chaos.buyers import Buyer
from laboratory.chaos.checker import Booking, check
from laboratory.chaos.history import History, acknowledged, operations, temporary_history
from laboratory.chaos.readers import Reader
from laboratory.chaos.shop import PATIENCE_SECONDS, TIMEOUT_SECONDS, AnswerLog, Shop
from laboratory.chaos.viewers import Viewer

SETTLE_SECONDS = 30
_ATTEMPTS = 6


@dataclass(slots=True)
class Sale:
    """One event, its buyers and its viewers. `settings` are those of the site's servers.

    `spare` are more addresses of the site. `history` records what the buyers are answered, and the
    lists that are read besides.
    """

    address: Address
    settings: Mapping[str, str]
    seed: int
    buyers: int
    viewers: int
    answer_log: AnswerLog = field(default_factory=AnswerLog)
    watchers: list[Viewer] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    spare: tuple[Address, ...] = ()
    timeout_seconds: float = TIMEOUT_SECONDS
    history: History = field(default_factory=temporary_history)
    _fixtures: dict[str, Any] = field(default_factory=dict)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def event_id(self) -> int:
        return int(self._fixtures["event_id"])

    def a_token(self) -> str:
        """Return a buyer's token."""
        return str(next(iter(self._fixtures["tokens"].values())))

    @contextmanager
    def going_on(self, *, release: Path = ROOT) -> Iterator[None]:
        """Create the event with a release's code; let people buy and watch during the context.

        Buyers stop at its end, viewers at `over()`.
        """
        command = ("-m", "laboratory.chaos.fixtures", str(self.buyers))
        made = manage(self.settings, *command, release=release)
        self._fixtures = json.loads(made.stdout)
        buying_is_over = threading.Event()
        threads = [
            threading.Thread(target=self._buyer(name, token, buying_is_over).run, daemon=True)
            for name, token in self._fixtures["tokens"].items()
        ]
        self.watchers = self._viewers()
        watching = threading.Thread(target=self._watch, daemon=True)
        threads.append(threading.Thread(target=self._reader(buying_is_over).run, daemon=True))
        for thread in (watching, *threads):
            thread.start()
        try:
            yield
        finally:
            buying_is_over.set()
            for thread in threads:
                thread.join(3 * PATIENCE_SECONDS)

    def over(self) -> None:
        """Disconnect the viewers."""
        self._is_over.set()

    def truth(self) -> dict[str, Any]:
        """Return the event as the database has it: see `audit.truth`."""
        return self._audited()

    def stored(self) -> set[str]:
        """Return the public ids of all stored bookings."""
        listed = (
            "from reservations.models import Reservation as R;"
            " print(*R.objects.values_list('public_id', flat=True))"
        )
        found = manage(self.settings, "manage.py", "shell", "--no-imports", "-c", listed)
        return set(found.stdout.split())

    def violations(self) -> list[str]:
        """Return all violations, once buying has ended."""
        found = self._audit() + self._viewer_violations()
        self.report["answers"] = dict(self.answer_log.seen)
        return found + self.answer_log.violations

    def _watch(self) -> None:
        async def watch() -> None:
            tasks = [asyncio.create_task(viewer.watch()) for viewer in self.watchers]
            await asyncio.to_thread(self._is_over.wait)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(watch())

    def _buyer(self, name: str, token: str, is_over: threading.Event) -> Buyer:
        rng = random.Random(f"{self.seed} {name}")
        return Buyer(
            shop=Shop(
                self.address,
                token,
                self.answer_log,
                rng,
                spare=self.spare,
                timeout_seconds=self.timeout_seconds,
                history=self.history.of(name),
            ),
            name=name,
            event_id=self.event_id,
            seat_ids=self._fixtures["seat_ids"],
            rng=rng,
            is_over=is_over,
        )

    def _reader(self, is_over: threading.Event) -> Reader:
        rng = random.Random(f"{self.seed} {readers.NAME}")
        return Reader(
            shop=Shop(
                self.address,
                "",
                self.answer_log,
                rng,
                spare=self.spare,
                timeout_seconds=self.timeout_seconds,
            ),
            event_id=self.event_id,
            rng=rng,
            history=self.history.of(readers.NAME),
            is_over=is_over,
        )

    def _viewers(self) -> list[Viewer]:
        return [
            Viewer(
                address=self.address,
                spare=self.spare,
                event_id=self.event_id,
                seat_count=len(self._fixtures["seat_ids"]),
                rng=random.Random(f"{self.seed} viewer {number}"),
            )
            for number in range(self.viewers)
        ]

    def _audit(self) -> list[str]:
        violations = []
        for _ in range(_ATTEMPTS):
            reconciled = manage(self.settings, "manage.py", "reconcile_payments", "--older-than=0")
            if reconciled.returncode == 0:
                break
        else:
            violations.append(f"payments could not be reconciled: {reconciled.stderr}")
        manage(self.settings, "manage.py", "release_expired_locks")
        self.report["reconciled"] = reconciled.stdout.count("->")
        verified = manage(self.settings, "manage.py", "verify_ledger")
        if verified.returncode:
            violations += [f"ledger: {line}" for line in verified.stdout.splitlines()]
            violations.append(f"verify_ledger: {verified.stderr.strip()[-500:]}")
        found = self._audited()
        self.report |= {
            name: found[name] for name in ("seq", "seats", "reservations", "charges", "changes")
        }
        stored = [
            Booking(number, buyer, status, frozenset(seats))
            for number, buyer, status, seats in found["bookings"]
        ]
        recorded = operations(self.history)
        self.report["acknowledged"] = {
            kind: len(acknowledged(recorded, kind))
            for kind in ("lock", "extend", "unlock", "reserve", "cancel", "locks", "seats")
        }
        return [*violations, *check(recorded, stored), *found["violations"]]

    def _audited(self) -> dict[str, Any]:
        audited = manage(self.settings, "-m", "laboratory.chaos.audit", str(self.event_id))
        return dict(json.loads(audited.stdout))

    def _viewer_violations(self) -> list[str]:
        seq, seats = self.report["seq"], self.report.pop("seats")

        def agree() -> bool:
            return all((each.seq, each.seats) == (seq, seats) for each in self.watchers)

        violations = [violation for viewer in self.watchers for violation in viewer.violations]
        while not wait_until(agree, seconds=SETTLE_SECONDS):
            now = self.truth()
            if now["seq"] != seq:
                # Locks have run out since.
                seq, seats = now["seq"], now["seats"]
                continue
            late = sum((each.seq, each.seats) != (seq, seats) for each in self.watchers)
            violations.append(f"{late} viewers do not see what the database has")
            break
        self.report["viewers"] = {
            "connects": sum(each.connects for each in self.watchers),
            "snapshots": sum(each.snapshots for each in self.watchers),
            "second_connections": sum(each.doubts for each in self.watchers),
            "frames": sum(each.frames for each in self.watchers),
        }
        return violations


def manage(
    settings: Mapping[str, str], *arguments: str, release: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a program of a release with the settings of the site's servers."""
    return subprocess.run(
        [str(VENV_PYTHON), *arguments],
        env={**settings, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=release,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def show(report: dict[str, Any], *titles: str) -> None:
    """Print what happened under `titles`, and the counts of a sale."""
    for title in (*titles, "answers", "acknowledged", "reservations", "charges", "viewers"):
        print(f"\n{title}")
        for name, count in sorted(report[title].items()):
            print(f"{count:9,}  {name.replace('_', ' ')}")
    print(f"\n{report['changes']:9,}  rows in the change log, up to number {report['seq']:,}")
    print(f"{report['reconciled']:9,}  payments left to be reconciled")
    print(f"{len(report['violations']):9,}  violations")
    for violation in report["violations"][:50]:
        print(f"           {violation}")
