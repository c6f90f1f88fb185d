"""`python -m laboratory upgrade`: see the package."""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.address import serves
from deploy.console import Problem
from deploy.control_socket import connected
from deploy.environment import clean_environment, is_production
from deploy.paths import ROOT, VENV_PYTHON
from deploy.production import production_trial_settings
from laboratory.chaos.sale import Sale, manage, show
from laboratory.upgrade.releases import checked_out, last_release, title
from tools import process_tree
from tools.process_tree import descendants, stack_processes
from tools.sites import RunningSite, running_site

_SERVERS = (process_tree.API_MASTER, process_tree.API_WORKER, process_tree.SOCKET_SERVER)
_RESTARTING = 1012


class Upgrade:
    """The upgrades of a site, and their results."""

    def __init__(self, site: RunningSite, sale: Sale, settings: Mapping[str, str]) -> None:
        self._site = site
        self._settings = settings
        self._sale = sale
        self.steps: Counter[str] = Counter()
        self.violations: list[str] = []

    def roll(self, release: Path) -> None:
        """Replace the servers by those of a release. Raises: Problem if that fails."""
        asked_before = self._sale.answer_log.seen.total()
        before, migrations = self._servers(), self._migrations()
        began = time.monotonic()
        place = {"SEATCAST_DATA_DIR": str(self._site.data_dir), "SEATCAST_RELEASE": str(release)}
        rolled = subprocess.run(
            [str(VENV_PYTHON), "-m", "deploy.rolling"],
            env=clean_environment(**self._settings, **place),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        print(rolled.stdout, end="", flush=True)
        if rolled.returncode:
            # The audit's code may not match the tables now.
            raise Problem(f"The servers were not replaced: {rolled.stderr.strip()}")
        after = self._servers()
        if left := before.keys() & after.keys():
            self.violations.append(f"{len(left)} old servers are left")
        elif set(after.values()) != {release.resolve()} or len(after) != len(before):
            self.violations.append(f"the servers are not those of the release: {after}")
        self.steps["seconds in which servers were replaced"] += round(time.monotonic() - began)
        self.steps["processes replaced"] += len(before.keys() - after.keys())
        self.steps["migrations applied"] += self._migrations() - migrations
        self.steps["answers meanwhile"] += self._sale.answer_log.seen.total() - asked_before

    def judge(self) -> list[str]:
        """Return what people noticed, besides violations of the sale."""
        noticed = [
            f"{count} times: {what}"
            for what, count in self._sale.answer_log.seen.items()
            if what.startswith(("5", "401", "connection lost")) or "never answered" in what
        ]
        failures = sum((each.failures for each in self._sale.watchers), Counter[str]())
        closes = sum((each.closes for each in self._sale.watchers), Counter[int]())
        noticed += [f"{count} sockets were not opened: {why}" for why, count in failures.items()]
        noticed += [
            f"{count} sockets were closed with {code}"
            for code, count in closes.items()
            if code != _RESTARTING
        ]
        self.steps["sockets told to come back"] = closes[_RESTARTING]
        again = sum(each.snapshots - 1 for each in self._sale.watchers)
        self.steps["sockets resumed without a new map"] = closes[_RESTARTING] - again
        return noticed

    def _servers(self) -> dict[int, Path]:
        """Return the process ids of the servers, and the folder of each."""
        watcher = self._site.server.process.pid
        [stack] = [each.pid for each in descendants(watcher) if "deploy.stack" in each.command]
        found = stack_processes(stack)
        return {pid: Path(f"/proc/{pid}/cwd").resolve() for kind in _SERVERS for pid in found[kind]}

    def _migrations(self) -> int:
        listed = manage(self._sale.settings, "manage.py", "showmigrations", "--plan").stdout
        return listed.count("[X]")


def run(asked: argparse.Namespace, old: Path) -> dict[str, Any]:
    """Upgrade, roll back, and upgrade again; return the counts, and the violations among them."""
    production = production_trial_settings() if is_production(os.environ) else {}
    # For both releases; older ones refuse unknown settings.
    settings = {"SEATCAST_DEMO": "0", "SEATCAST_SHOW_NAMES": "True", **production}
    begins = {**settings, "SEATCAST_RELEASE": str(old)}
    with running_site("deploy.stack", up=serves, settings=begins) as site:
        with connected(site.data_dir) as stack:
            environment = {**clean_environment(**settings), **stack.settings}
        sale = Sale(site.address, environment, asked.seed, asked.buyers, asked.viewers)
        upgrade = Upgrade(site, sale, settings)
        with sale.going_on(release=old):
            time.sleep(asked.seconds)
            for release in (ROOT, old, ROOT):
                upgrade.roll(release)
                time.sleep(asked.seconds)
        violations = [*upgrade.violations, *sale.violations(), *upgrade.judge()]
        sale.over()
    return {**sale.report, "steps": dict(upgrade.steps), "violations": violations}


def main() -> int:
    """Run it; return 0 if nobody noticed the upgrades."""
    parser = argparse.ArgumentParser(prog="python -m laboratory upgrade", description=__doc__)
    parser.add_argument("--from", dest="revision", help="the older version, as git names it")
    parser.add_argument("--seconds", type=float, default=10, help="between steps (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--buyers", type=int, default=24)
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--json", type=Path, help="write the counts there")
    asked = parser.parse_args()
    try:
        revision = asked.revision or last_release()
        print(f"From {title(revision)}", flush=True)
        with checked_out(revision) as old:
            report = run(asked, old)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    show(report, "steps")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))
    return 1 if report["violations"] else 0
