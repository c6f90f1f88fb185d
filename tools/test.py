"""Run the test stages, print failed tests with the command that runs them again, and a summary.

`--thorough` runs everything on both databases, random tests for longer, and kills more processes.
TESTS in the environment selects tests of the one stage that runs, as arguments of its runner.
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

from deploy.console import Problem, say
from deploy.environment import clean_environment
from deploy.paths import FRONTEND, REPORTS, VENV_PYTHON
from tools.browser import ensure_firefox, ensure_headless_browser, ensure_webkit
from tools.browser_site import site
from tools.machine_load import found_load, moment
from tools.node import ensure_node
from tools.processes import run_in_background, run_shown
from tools.reports import (
    Counts,
    Failure,
    StageResult,
    counts_of_run,
    failure_details,
    read_counts,
    read_failures,
    summary,
)
from tools.services import own_postgres, own_valkey, postgres, valkey
from tools.stack_tests import run_stack_tests

_Run = tuple[list[str], dict[str, str]]
_Background = Callable[[], AbstractContextManager[_Run]]

_PROGRESS_SECONDS = 20.0
_AT_A_TIME = 4
_LAST_LINES = 40
"""Lines shown of the output of a run that ended without a report."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is run as one; `background` is how it is run beside others, if it can be."""

    name: str
    title: str
    run: Callable[[], Counts]
    background: _Background | None = None


def main(arguments: Sequence[str]) -> int:
    """Run the stages named, or all; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--thorough", action="store_true")
    parser.add_argument("only", nargs="*")
    options = parser.parse_args(arguments)
    tests = shlex.split(os.environ.get("TESTS", ""))
    if tests and len(options.only) != 1:
        parser.error("TESTS are of one stage: name it with ONLY.")
    # Thousands of processes import the same modules, so cache their bytecode.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    stages = _stages(thorough=options.thorough, tests=tests)
    if unknown := set(options.only) - {stage.name for stage in stages}:
        parser.error(f"There is no stage {', '.join(sorted(unknown))}.")
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir()
    start = moment()
    try:
        if options.only:
            results = [_run_stage(stage) for stage in stages if stage.name in options.only]
        else:
            # Once, since stages that run side by side would install it at the same time.
            os.environ["CHROME"] = ensure_headless_browser(ensure_node())
            results = _run_all(stages)
    except KeyboardInterrupt:
        return 130
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    target = "thorough" if options.thorough else "test"
    for result in results:
        if result.failures:
            say(failure_details(result, target=target))
    say(f"\n{summary(results)}")
    say(f"machine: {found_load(start, moment(), cores=os.cpu_count() or 1)}")
    return 1 if any(result.counts.failed for result in results) else 0


def _run_all(stages: Sequence[Stage]) -> list[StageResult]:
    """Run all stages, four at a time: three in the background, and the others one by one.

    Each spends a third of its time waiting for servers, so fewer would leave two cores idle.
    """
    backgrounds = [(stage, stage.background) for stage in stages if stage.background]
    is_over, slots = threading.Event(), threading.Semaphore(_AT_A_TIME - 1)
    with (
        ThreadPoolExecutor(_AT_A_TIME) as pool,
        _progress([stage.name for stage, _ in backgrounds]),
    ):
        try:
            finishes = [
                pool.submit(_run_in_background, *each, slots, is_over) for each in backgrounds
            ]
            results = [_run_stage(stage) for stage in stages if not stage.background]
            slots.release()
            return [*results, *(finish.result() for finish in finishes)]
        finally:
            is_over.set()
            slots.release()
            pool.shutdown(cancel_futures=True)


def _run_in_background(
    stage: Stage, background: _Background, slots: threading.Semaphore, is_over: threading.Event
) -> StageResult:
    """Run a stage in the background once a slot is free, with its output in a file."""
    with slots:
        started, output = time.monotonic(), _log(stage.name)
        say(f"In the background: {stage.title}; output in {output}.")
        try:
            with background() as (command, environment):
                status = run_in_background(
                    command, environment=environment, output=output, is_over=is_over
                )
            counts = counts_of_run(read_counts(REPORTS / f"{stage.name}.xml"), status=status)
        except Problem as problem:
            print(f"seatcast: {problem}", file=sys.stderr)
            counts = Counts(failed=1)
        return _result(stage, counts, seconds=time.monotonic() - started)


def _run_stage(stage: Stage) -> StageResult:
    say(f"\n=== {stage.title} ===")
    started = time.monotonic()
    try:
        counts = stage.run()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        counts = Counts(failed=1)
    return _result(stage, counts, seconds=time.monotonic() - started)


def _result(stage: Stage, counts: Counts, *, seconds: float) -> StageResult:
    reports = sorted(REPORTS.glob(f"{stage.name}*.xml"))
    failures = tuple(failure for report in reports for failure in read_failures(report))
    if counts.failed and not failures and _log(stage.name).exists():
        last = _log(stage.name).read_text(errors="replace").splitlines()[-_LAST_LINES:]
        failures = (Failure(arguments=(), output="\n".join(last)),)
    return StageResult(
        name=stage.name, title=stage.title, counts=counts, seconds=seconds, failures=failures
    )


@contextmanager
def _progress(names: Sequence[str]) -> Iterator[None]:
    """Print the progress of the background stages every 20 seconds."""
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
    # Vitest creates the file at its start, and fills it at the end.
    if read_counts(REPORTS / f"{name}.xml") != Counts():
        return "done"
    if not _log(name).exists():
        return "waiting"
    found = re.findall(r"\[ *(\d+)%\]", _log(name).read_text(errors="replace"))
    return f"{found[-1]} %" if found else "running"


def _log(name: str) -> Path:
    return REPORTS / f"{name}.log"


# These start services of their own, and wait for them most of the time.
_DEPLOYMENT = ("tests/deploy", "tests/tools")
# These start servers, race, or (the last) stop their services and start them again.
_SERVERS = (
    *("tests/attacks", "tests/concurrency", "tests/loadtest", "tests/realtime", "tests/tls"),
    *("tests/config/web", "tests/faults"),
)
# Each test runs on one database, and on both where they may differ.
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
def _on_own_services(arguments: Sequence[str]) -> Iterator[_Run]:
    """For tests that stop their services, and run beside those of `_on_postgres`."""
    with (
        own_postgres() as database_url,
        own_valkey() as redis_url,
        _pytest_run("servers", arguments, DATABASE_URL=database_url, REDIS_URL=redis_url) as run,
    ):
        yield run


@contextmanager
def _pytest_run(name: str, arguments: Sequence[str], **settings: str) -> Iterator[_Run]:
    """Yield a pytest command that reports to `name`.xml, and an environment with temporary data."""
    report = f"--junitxml={REPORTS / f'{name}.xml'}"
    with tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir:
        yield (
            [str(VENV_PYTHON), "-m", "pytest", report, *arguments],
            clean_environment(SEATCAST_DATA_DIR=data_dir, **settings),
        )


@contextmanager
def _client(arguments: Sequence[str]) -> Iterator[_Run]:
    node = ensure_node()
    report = f"--outputFile.junit={REPORTS / 'client.xml'}"
    reporters = ["--reporter=default", "--reporter=junit", report]
    npm = ["--prefix", str(FRONTEND), "run", "--silent", "test", "--", *reporters, *arguments]
    yield list(node.npm_command(*npm)), clean_environment(**node.environment())


@contextmanager
def _checks(arguments: Sequence[str]) -> Iterator[_Run]:
    report = f"--report={REPORTS / 'check.xml'}"
    yield [str(VENV_PYTHON), "-m", "tools.check", report, *arguments], clean_environment()


def _shown(name: str, background: _Background) -> Counts:
    with background() as (command, environment):
        status = run_shown(command, environment=environment)
    return counts_of_run(read_counts(REPORTS / f"{name}.xml"), status=status)


# Tests that must pass on every site, and those that need a trusted certificate, which the stack
# does not have. All other browser tests run on the stack.
_SITE_TESTS = "--grep=@site"
# Tests of a site without demo data, which the other sites have.
_EMPTY_TESTS = "--grep=@empty"
# Except for tests marked as Chromium-only; CONTRIBUTING.md explains the choice.
_IN_FIREFOX = (
    *("purchase.spec.ts", "seatFinder.spec.ts", "interrupted.spec.ts", "language.spec.ts"),
    *("offline.spec.ts", "paying.spec.ts", "policies.spec.ts", "tabs.spec.ts", "watching.spec.ts"),
)


def _browser(
    arguments: Sequence[str],
    *,
    script: str = "e2e",
    name: str = "browser",
    demo: bool = True,
    **settings: str,
) -> Counts:
    report = REPORTS / f"{name}.xml"
    site_settings = {} if demo else {"SEATCAST_DEMO": "0"}
    with site(log_file=REPORTS / f"{name}-site.log", settings=site_settings) as running:
        status = running.run(
            script,
            "--reporter=list,junit",
            *arguments,
            PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report),
            **settings,
        )
    return counts_of_run(read_counts(report), status=status)


def _firefox(arguments: Sequence[str]) -> Counts:
    return _browser(arguments, script="firefox", name="firefox", FIREFOX=ensure_firefox())


def _webkit(arguments: Sequence[str]) -> Counts:
    driver, x_server = ensure_webkit()
    return _browser(arguments, script="webkit", name="webkit", WEBKIT_DRIVER=driver, XVFB=x_server)


def _stages(*, thorough: bool, tests: Sequence[str]) -> list[Stage]:
    def stage(
        name: str, title: str, background: Callable[[Sequence[str]], Any], *most: str
    ) -> Stage:
        """Return a stage that runs `tests` if given, else `most`."""
        run = partial(background, tests or most)
        return Stage(name=name, title=title, run=partial(_shown, name, run), background=run)

    def python_stage(
        name: str, title: str, background: Callable[[Sequence[str]], Any], *most: str
    ) -> Stage:
        """Return a stage of pytest, which runs thorough tests only by an option of ours."""
        depth = ["--thorough"] if thorough else []
        return stage(name, title, lambda chosen: background([*depth, *chosen]), *most)

    def pytest(markers: str, *without: str) -> list[str]:
        which = [] if thorough else ["-m", markers]
        return [*which, *(f"--ignore={path}" for path in without)]

    other_browsers = [
        Stage(
            name="firefox",
            title="browser tests in Firefox",
            run=partial(_firefox, tests or _IN_FIREFOX),
        ),
        Stage(name="webkit", title="the main job in WebKit", run=partial(_webkit, tests)),
    ]
    empty = Stage(
        name="empty",
        title="browser tests on an empty site",
        run=partial(_browser, tests or (_EMPTY_TESTS,), name="empty", demo=False),
    )
    return [
        # The longest stages come first.
        python_stage(
            "postgres",
            "Python tests on PostgreSQL + Valkey",
            _on_postgres,
            *pytest(_POSTGRES, *_DEPLOYMENT, *_SERVERS),
        ),
        python_stage(
            "sqlite",
            "Python tests on SQLite",
            partial(_pytest_run, "sqlite"),
            *pytest(_SQLITE, *_DEPLOYMENT),
        ),
        python_stage(
            "servers",
            "Python tests of servers, races and faults, on PostgreSQL + Valkey",
            _on_own_services,
            *pytest(_POSTGRES),
            *_SERVERS,
        ),
        stage("check", "linters", _checks, *([] if thorough else ["--quick"])),
        python_stage(
            "machines",
            "Python tests of set-up and deployment",
            partial(_pytest_run, "machines"),
            *_DEPLOYMENT,
        ),
        stage("client", "client tests", _client),
        Stage(
            name="browser",
            title="browser tests",
            run=partial(_browser, tests or (_SITE_TESTS,)),
        ),
        *([empty, *other_browsers] if thorough else []),
        Stage(
            name="stack",
            title="browser tests on the real stack",
            run=partial(run_stack_tests, tests, thorough=thorough),
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
