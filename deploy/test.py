"""Every test, stage by stage, to the end; the last lines say what failed, how to run that again,
and what ran.

`--thorough` asks both databases everything, has random tests go on for longer, and kills more.
TESTS in the environment names tests of the one stage that is run, as its runner wants them named.
"""

import argparse
import os
import re
import shlex
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from deploy.browser import ensure_firefox, ensure_webkit
from deploy.browsing import site
from deploy.check import run_checks
from deploy.mishaps import run_mishaps
from deploy.node import ensure_node
from deploy.paths import FRONTEND, REPORTS, VENV_PYTHON
from deploy.problems import Problem
from deploy.processes import clean_environment, run_aside, run_shown
from deploy.reports import (
    Counts,
    Failure,
    Outcome,
    judge,
    read_counts,
    read_failures,
    shown,
    summary,
)
from deploy.services import own_postgres, own_valkey, postgres, valkey
from deploy.steps import say

_Run = tuple[list[str], dict[str, str]]
_Aside = Callable[[], AbstractContextManager[_Run]]

_PROGRESS_SECONDS = 20.0
_AT_A_TIME = 3
_LAST_LINES = 40
"""How much is shown of the output of a run that ended without a report."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is run as one; `aside` is how it is run beside others, if it can be."""

    name: str
    title: str
    run: Callable[[], Counts]
    aside: _Aside | None = None


def main(arguments: Sequence[str]) -> int:
    """Run the stages named, or all; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--thorough", action="store_true")
    parser.add_argument("only", nargs="*")
    options = parser.parse_args(arguments)
    tests = shlex.split(os.environ.get("TESTS", ""))
    if tests and len(options.only) != 1:
        parser.error("TESTS are of one stage: name it with ONLY.")
    # Thousands of processes import the same: compile it once, whatever else is wanted here.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    stages = _stages(thorough=options.thorough, tests=tests)
    if unknown := set(options.only) - {stage.name for stage in stages}:
        parser.error(f"There is no stage {', '.join(sorted(unknown))}.")
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir()
    try:
        if options.only:
            outcomes = [_run_stage(stage) for stage in stages if stage.name in options.only]
        else:
            outcomes = _run_all(stages)
    except KeyboardInterrupt:
        return 130
    for outcome in outcomes:
        if outcome.failures:
            say(shown(outcome))
    say(f"\n{summary(outcomes)}")
    return 1 if any(outcome.counts.failed for outcome in outcomes) else 0


def _run_all(stages: Sequence[Stage]) -> list[Outcome]:
    """Run all stages, three at a time: two that can be run aside, and the others one by one.

    More at a time would keep two cores no busier, and have servers wait for each other.
    """
    asides = [(stage, stage.aside) for stage in stages if stage.aside]
    is_over, room = threading.Event(), threading.Semaphore(_AT_A_TIME - 1)
    with ThreadPoolExecutor(_AT_A_TIME) as pool, _progress([stage.name for stage, _ in asides]):
        try:
            finishes = [pool.submit(_run_aside, *each, room, is_over) for each in asides]
            outcomes = [_run_stage(stage) for stage in stages if not stage.aside]
            room.release()
            return [*outcomes, *(finish.result() for finish in finishes)]
        finally:
            is_over.set()
            room.release()
            pool.shutdown(cancel_futures=True)


def _run_aside(
    stage: Stage, aside: _Aside, room: threading.Semaphore, is_over: threading.Event
) -> Outcome:
    """Run tests beside others when there is room. What they write goes to a file."""
    with room:
        started, output = time.monotonic(), _log(stage.name)
        say(f"Meanwhile: {stage.title}, into {output}.")
        try:
            with aside() as (command, environment):
                status = run_aside(command, environment=environment, output=output, is_over=is_over)
            counts = judge(read_counts(REPORTS / f"{stage.name}.xml"), status=status)
        except Problem as problem:
            print(f"seatcast: {problem}", file=sys.stderr)
            counts = Counts(failed=1)
        return _outcome(stage, counts, seconds=time.monotonic() - started)


def _run_stage(stage: Stage) -> Outcome:
    say(f"\n=== {stage.title} ===")
    started = time.monotonic()
    try:
        counts = stage.run()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        counts = Counts(failed=1)
    return _outcome(stage, counts, seconds=time.monotonic() - started)


def _outcome(stage: Stage, counts: Counts, *, seconds: float) -> Outcome:
    reports = sorted(REPORTS.glob(f"{stage.name}*.xml"))
    failures = tuple(failure for report in reports for failure in read_failures(report))
    if counts.failed and not failures and _log(stage.name).exists():
        last = _log(stage.name).read_text(errors="replace").splitlines()[-_LAST_LINES:]
        failures = (Failure(arguments=(), output="\n".join(last)),)
    return Outcome(
        name=stage.name, title=stage.title, counts=counts, seconds=seconds, failures=failures
    )


@contextmanager
def _progress(names: Sequence[str]) -> Iterator[None]:
    """Say now and then how far the stages are that run aside."""
    is_over = threading.Event()

    def tell() -> None:
        while not is_over.wait(_PROGRESS_SECONDS):
            say(f"… {', '.join(f'{name} {_percent(name)}' for name in names)}")

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _percent(name: str) -> str:
    # Vitest makes the file when it begins, and fills it at the end.
    if read_counts(REPORTS / f"{name}.xml") != Counts():
        return "done"
    if not _log(name).exists():
        return "waits"
    found = re.findall(r"\[ *(\d+)%\]", _log(name).read_text(errors="replace"))
    return f"{found[-1]} %" if found else "under way"


def _log(name: str) -> Path:
    return REPORTS / f"{name}.log"


# These start services of their own, and wait for them most of the time;
_MACHINES = "tests/deploy"
# and these have theirs go away and come back.
_FAULTS = "tests/faults"
# Each test is asked of one database, and of the other one too where that may make a difference.
_SQLITE = "any_database or both_databases"
_POSTGRES = "not any_database"


@contextmanager
def _on_postgres(arguments: Sequence[str]) -> Iterator[_Run]:
    with (
        postgres() as database_url,
        valkey() as redis_url,
        _pytest_run("postgres", arguments, DATABASE_URL=database_url, REDIS_URL=redis_url) as run,
    ):
        yield run


@contextmanager
def _of_faults(arguments: Sequence[str]) -> Iterator[_Run]:
    """Beside the others, which are to keep their services."""
    with (
        own_postgres() as database_url,
        own_valkey() as redis_url,
        _pytest_run("faults", arguments, DATABASE_URL=database_url, REDIS_URL=redis_url) as run,
    ):
        yield run


@contextmanager
def _pytest_run(name: str, arguments: Sequence[str], **settings: str) -> Iterator[_Run]:
    """Yield a command that reports to `name`.xml and its environment, with data that goes."""
    report = f"--junitxml={REPORTS / f'{name}.xml'}"
    with tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir:
        yield (
            [str(VENV_PYTHON), "-m", "pytest", report, *arguments],
            clean_environment(SEATCAST_DATA_DIR=data_dir, **settings),
        )


@contextmanager
def _of_the_client(arguments: Sequence[str]) -> Iterator[_Run]:
    node = ensure_node()
    report = f"--outputFile.junit={REPORTS / 'client.xml'}"
    reporters = ["--reporter=default", "--reporter=junit", report]
    npm = ["--prefix", str(FRONTEND), "run", "--silent", "test", "--", *reporters, *arguments]
    yield list(node.npm_command(*npm)), clean_environment(**node.environment())


def _shown(name: str, aside: _Aside) -> Counts:
    with aside() as (command, environment):
        status = run_shown(command, environment=environment)
    return judge(read_counts(REPORTS / f"{name}.xml"), status=status)


# What every browser and server must do, and what no browser does where nobody vouches for the
# certificate, as with the stack's; the rest of what a browser sees is asked of the stack.
_OF_THE_SITE = "--grep=@site"
# Each test of these but for those that are marked as Chromium's; docs/browsers.md says why.
_IN_FIREFOX = (
    *("purchase.spec.ts", "seatFinder.spec.ts", "interrupted.spec.ts", "language.spec.ts"),
    *("offline.spec.ts", "paying.spec.ts", "policies.spec.ts", "tabs.spec.ts", "watching.spec.ts"),
)


def _browser(
    arguments: Sequence[str], *, script: str = "e2e", name: str = "browser", **settings: str
) -> Counts:
    report = REPORTS / f"{name}.xml"
    with site(log_file=REPORTS / f"{name}-site.log") as running:
        status = running.run(
            script,
            "--reporter=list,junit",
            *arguments,
            PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report),
            **settings,
        )
    return judge(read_counts(report), status=status)


def _firefox(arguments: Sequence[str]) -> Counts:
    return _browser(arguments, script="firefox", name="firefox", FIREFOX=ensure_firefox())


def _webkit(arguments: Sequence[str]) -> Counts:
    driver, x_server = ensure_webkit()
    return _browser(arguments, script="webkit", name="webkit", WEBKIT_DRIVER=driver, XVFB=x_server)


def _stages(*, thorough: bool, tests: Sequence[str]) -> list[Stage]:
    def stage(name: str, title: str, aside: Callable[[Sequence[str]], Any], *most: str) -> Stage:
        """Return a stage of some of the tests, of all if it is to be thorough, or of `tests`."""
        run = partial(aside, tests or most)
        return Stage(name=name, title=title, run=partial(_shown, name, run), aside=run)

    def pytest(markers: str, *without: str) -> list[str]:
        which = ["--thorough"] if thorough else ["-m", markers]
        return [*which, *(f"--ignore={path}" for path in without)]

    more = ["--thorough"] if thorough else []
    other_browsers = [
        Stage(
            name="firefox",
            title="browser tests in Firefox",
            run=partial(_firefox, tests or _IN_FIREFOX),
        ),
        Stage(name="webkit", title="the main job in WebKit", run=partial(_webkit, tests)),
    ]
    return [
        Stage(
            name="check",
            title="linters and types",
            run=partial(run_checks, lint="lint" if thorough else "lint:quick"),
        ),
        # That which takes longest comes first.
        stage(
            "postgres",
            "Python tests on PostgreSQL + Valkey",
            _on_postgres,
            *pytest(_POSTGRES, _MACHINES, _FAULTS),
        ),
        stage(
            "sqlite",
            "Python tests on SQLite",
            partial(_pytest_run, "sqlite"),
            *pytest(_SQLITE, _MACHINES),
        ),
        stage(
            "faults",
            "Python tests of what fails, on PostgreSQL + Valkey",
            _of_faults,
            *more,
            _FAULTS,
        ),
        stage(
            "machines",
            "Python tests of what sets up and serves",
            partial(_pytest_run, "machines"),
            *more,
            _MACHINES,
        ),
        stage("client", "client tests", _of_the_client),
        Stage(
            name="browser",
            title="browser tests",
            run=partial(_browser, tests or (_OF_THE_SITE,)),
        ),
        *(other_browsers if thorough else []),
        Stage(
            name="stack",
            title="browser tests on the real stack",
            run=partial(run_mishaps, tests, thorough=thorough),
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
