"""The browser tests on the real stack, in production, also after processes were killed."""

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

_MAIN_TEST = "two people and a third who only watches follow one purchase"
_KINDS = (
    process_tree.SOCKET_SERVER,
    process_tree.API_WORKER,
    process_tree.API_MASTER,
    process_tree.PROXY,
    process_tree.VALKEY,
    process_tree.POSTGRES,
)
# `make thorough` kills the others too.
_ALWAYS_KILLED = (process_tree.SOCKET_SERVER, process_tree.POSTGRES)
# A slower response counts as none in the reported downtime.
_WAIT_SECONDS = 1.0
# A time limit for processes that do not come back.
_RETURN_SECONDS = 180.0


def run_stack_tests(tests: Sequence[str], *, thorough: bool) -> Counts:
    """Run the browser tests, then the main one after killing processes; or only `tests`.

    If `thorough`, processes of all kinds are killed, and the main test runs before and after each.
    Raises: Problem.
    """
    settings = {**production_trial_settings(), "SEATCAST_DEMO_PASSWORD": secrets.token_urlsafe(12)}
    log_file = REPORTS / "stack.log"
    with site("deploy.stack", up=serves, log_file=log_file, settings=settings) as stack:
        # The main test follows the kills.
        left_out = "@empty" if thorough else f"@empty|@thorough|{_MAIN_TEST}"
        total = _run_browser(
            stack, REPORTS / "stack.xml", *(tests or [f"--grep-invert={left_out}"])
        )
        if tests:
            return total
        kinds = _KINDS if thorough else _ALWAYS_KILLED
        for number, (kind, pid) in enumerate(_victims(stack, kinds), start=1):
            say(f"Killing {kind} …")
            _kill(stack, kind, pid)
            if thorough or number == len(kinds):
                total += _run_browser(
                    stack, REPORTS / f"stack-{number}.xml", f"--grep={_MAIN_TEST}"
                )
    return total


def _run_browser(stack: BrowserSite, report: Path, *arguments: str) -> Counts:
    status = stack.run(
        "e2e", "--reporter=list,junit", *arguments, PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report)
    )
    return counts_of_run(read_counts(report), status=status)


def _victims(stack: BrowserSite, kinds: Sequence[str]) -> list[tuple[str, int]]:
    """Return one process id of each of these kinds. Raises: Problem."""
    found = _stack_processes(stack)
    if missing := [kind for kind in kinds if kind not in found]:
        raise Problem(f"The stack has no {', no '.join(missing)}.")
    return [(kind, found[kind][0]) for kind in kinds]


def _kill(stack: BrowserSite, kind: str, pid: int) -> None:
    """Kill a process, and return once the stack has replaced it.

    Raises: Problem if it does not come back.
    """
    whole = _counts(stack)
    os.kill(pid, signal.SIGKILL)
    killed = healed = time.monotonic()
    while True:
        began = time.monotonic()
        is_up = serves(stack.address)
        now = time.monotonic()
        if not is_up or now - began > _WAIT_SECONDS:
            healed = now
        elif pid not in _stack_processes(stack).get(kind, []) and _counts(stack) == whole:
            break
        if now > killed + _RETURN_SECONDS:
            raise Problem(f"{kind} did not come back within {_RETURN_SECONDS:.0f} s.")
        time.sleep(POLL_SECONDS)
    say(
        f"… the site was down for {healed - killed:.1f} s, and complete after {now - killed:.1f} s."
    )


def _counts(stack: BrowserSite) -> dict[str, int]:
    return {kind: len(pids) for kind, pids in _stack_processes(stack).items()}


def _stack_processes(stack: BrowserSite) -> dict[str, list[int]]:
    # A child that was just forked has its parent's command line, and comes after it.
    first = next(
        each.pid for each in descendants(stack.server.process.pid) if "deploy.stack" in each.command
    )
    return stack_processes(first)
