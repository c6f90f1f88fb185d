"""The browser's main job on the real stack, and again after each of its processes was killed."""

import os
import signal
from pathlib import Path

from deploy import lineage
from deploy.address import serves
from deploy.browsing import Site, site
from deploy.lineage import family, members
from deploy.paths import REPORTS
from deploy.problems import Problem
from deploy.reports import Counts, judge, read_counts
from deploy.steps import say
from deploy.waiting import wait_until

_MAIN_JOB = "two people and a third who only watches follow one purchase"
_KINDS = (
    lineage.SOCKET_SERVER,
    lineage.API_WORKER,
    lineage.API_MASTER,
    lineage.PROXY,
    lineage.VALKEY,
    lineage.POSTGRES,
)
_RETURN_SECONDS = 60


def run_mishaps() -> Counts:
    """Run all browser tests, and the main job after each death. Raises: Problem."""
    with site("deploy.stack", up=serves, log_file=REPORTS / "stack.log") as stack:
        total = _play(stack, REPORTS / "stack.xml")
        for number, (kind, pid) in enumerate(_victims(stack), start=1):
            say(f"Killing {kind} …")
            _kill(stack, kind, pid)
            total += _play(stack, REPORTS / f"stack-{number}.xml", f"--grep={_MAIN_JOB}")
    return total


def _play(stack: Site, report: Path, *arguments: str) -> Counts:
    status = stack.run(
        "e2e", "--reporter=list,junit", *arguments, PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report)
    )
    return judge(read_counts(report), status=status)


def _victims(stack: Site) -> list[tuple[str, int]]:
    """Return one process of each kind, and every socket server. Raises: Problem."""
    found = _members(stack)
    if missing := [kind for kind in _KINDS if kind not in found]:
        raise Problem(f"The stack has no {', no '.join(missing)}.")
    each = [(kind, pid) for kind in _KINDS for pid in found[kind]]
    one_worker = found[lineage.API_WORKER][:1]
    return [(kind, pid) for kind, pid in each if kind != lineage.API_WORKER or pid in one_worker]


def _kill(stack: Site, kind: str, pid: int) -> None:
    """Kill a process, and return when another one has its place. Raises: Problem."""
    whole = _counts(stack)
    os.kill(pid, signal.SIGKILL)

    def is_back() -> bool:
        now = _members(stack)
        return (
            pid not in now.get(kind, [])
            and {each: len(pids) for each, pids in now.items()} == whole
            and serves(stack.address)
        )

    if not wait_until(is_back, seconds=_RETURN_SECONDS):
        raise Problem(f"{kind} did not come back within {_RETURN_SECONDS} s after it was killed.")


def _counts(stack: Site) -> dict[str, int]:
    return {kind: len(pids) for kind, pids in _members(stack).items()}


def _members(stack: Site) -> dict[str, list[int]]:
    [first] = [
        each.pid for each in family(stack.server.process.pid) if "deploy.stack" in each.command
    ]
    return members(first)
