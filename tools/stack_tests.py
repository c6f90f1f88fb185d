"""The browser's jobs on the real stack, in production, and again after processes were killed."""

import os
import secrets
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.address import serves
from deploy.console import Problem, say
from deploy.paths import REPORTS
from deploy.production import production_trial_settings
from deploy.waiting import POLL_SECONDS
from tools import process_tree
from tools.browser_site import BrowserSite, site
from tools.process_tree import descendants, stack_processes
from tools.reports import Counts, counts_of_run, read_counts

_MAIN_JOB = "two people and a third who only watches follow one purchase"
_KINDS = (
    process_tree.SOCKET_SERVER,
    process_tree.API_WORKER,
    process_tree.API_MASTER,
    process_tree.PROXY,
    process_tree.VALKEY,
    process_tree.POSTGRES,
)
# That the others come back is asked in `make thorough`, by tests of the stack as well.
_KILLED_IN_ANY_CASE = (process_tree.SOCKET_SERVER, process_tree.POSTGRES)
# An answer that takes longer counts as none when it is told how long the site was away.
_WAIT_SECONDS = 1.0
# Only what never comes back takes so long.
_RETURN_SECONDS = 180.0


def run_stack_tests(tests: Sequence[str], *, thorough: bool) -> Counts:
    """Run all browser tests, and the main job after deaths; or these `tests` alone.

    All kinds of processes are killed, and the job is done after each, only when it is to be
    `thorough`. Raises: Problem.
    """
    settings = {**production_trial_settings(), "SEATCAST_DEMO_PASSWORD": secrets.token_urlsafe(12)}
    log_file = REPORTS / "stack.log"
    with site("deploy.stack", up=serves, log_file=log_file, settings=settings) as stack:
        few = [] if thorough else ["--grep-invert=@thorough"]
        total = _play(stack, REPORTS / "stack.xml", *(tests or few))
        if tests:
            return total
        kinds = _KINDS if thorough else _KILLED_IN_ANY_CASE
        for number, (kind, pid) in enumerate(_victims(stack, kinds), start=1):
            say(f"Killing {kind} …")
            _kill(stack, kind, pid)
            if thorough or number == len(kinds):
                total += _play(stack, REPORTS / f"stack-{number}.xml", f"--grep={_MAIN_JOB}")
    return total


def _play(stack: BrowserSite, report: Path, *arguments: str) -> Counts:
    status = stack.run(
        "e2e", "--reporter=list,junit", *arguments, PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report)
    )
    return counts_of_run(read_counts(report), status=status)


def _victims(stack: BrowserSite, kinds: Sequence[str]) -> list[tuple[str, int]]:
    """Return one process of each of these kinds. Raises: Problem."""
    found = _stack_processes(stack)
    if missing := [kind for kind in kinds if kind not in found]:
        raise Problem(f"The stack has no {', no '.join(missing)}.")
    return [(kind, found[kind][0]) for kind in kinds]


def _kill(stack: BrowserSite, kind: str, pid: int) -> None:
    """Kill a process, and return when another one has its place.

    Raises: Problem when it does not come back.
    """
    whole = _counts(stack)
    os.kill(pid, signal.SIGKILL)
    killed = healed = time.monotonic()
    while True:
        asked = time.monotonic()
        is_well = serves(stack.address)
        now = time.monotonic()
        if not is_well or now - asked > _WAIT_SECONDS:
            healed = now
        elif pid not in _stack_processes(stack).get(kind, []) and _counts(stack) == whole:
            break
        if now > killed + _RETURN_SECONDS:
            raise Problem(f"{kind} did not come back within {_RETURN_SECONDS:.0f} s.")
        time.sleep(POLL_SECONDS)
    say(f"… the site was away for {healed - killed:.1f} s, and whole after {now - killed:.1f} s.")


def _counts(stack: BrowserSite) -> dict[str, int]:
    return {kind: len(pids) for kind, pids in _stack_processes(stack).items()}


def _stack_processes(stack: BrowserSite) -> dict[str, list[int]]:
    [first] = [
        each.pid for each in descendants(stack.server.process.pid) if "deploy.stack" in each.command
    ]
    return stack_processes(first)
