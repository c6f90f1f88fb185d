"""Every test, stage by stage, to the end; the last lines say what ran.

`--thorough` asks both databases everything, has random tests go on for longer, and kills more.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from deploy.browsing import site
from deploy.check import run_checks
from deploy.mishaps import run_mishaps
from deploy.node import ensure_node
from deploy.paths import FRONTEND, REPORTS, VENV_PYTHON
from deploy.problems import Problem
from deploy.processes import clean_environment, run_aside, run_shown
from deploy.reports import Counts, Outcome, judge, read_counts, summary
from deploy.services import own_postgres, own_valkey, postgres, valkey
from deploy.steps import say

_Run = tuple[list[str], dict[str, str]]
_Aside = Callable[[], AbstractContextManager[_Run]]


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
    stages = _stages(thorough=options.thorough)
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir()
    try:
        if options.only:
            outcomes = [_run_stage(stage) for stage in stages if stage.name in options.only]
        else:
            outcomes = _run_all(stages)
    except KeyboardInterrupt:
        return 130
    say(f"\n{summary(outcomes)}")
    return 1 if any(outcome.counts.failed for outcome in outcomes) else 0


def _run_all(stages: Sequence[Stage]) -> list[Outcome]:
    """Run all stages, those that wait most of the time beside the others."""
    with ExitStack() as stack:
        finishes = [
            stack.enter_context(_aside(stage, stage.aside)) for stage in stages if stage.aside
        ]
        outcomes = [_run_stage(stage) for stage in stages if not stage.aside]
        return [*outcomes, *(finish() for finish in finishes)]


@contextmanager
def _aside(stage: Stage, aside: _Aside) -> Iterator[Callable[[], Outcome]]:
    """Have tests run meanwhile; yield what waits for them and shows what they wrote."""
    started, output = time.monotonic(), REPORTS / f"{stage.name}.log"
    say(f"(Meanwhile: {stage.title}.)")
    with (
        aside() as (command, environment),
        run_aside(command, environment=environment, output=output) as wait,
    ):

        def finish() -> Outcome:
            status = wait()
            seconds = time.monotonic() - started
            say(f"\n=== {stage.title} ===\n{output.read_text(errors='replace')}")
            counts = judge(read_counts(REPORTS / f"{stage.name}.xml"), status=status)
            return Outcome(title=stage.title, counts=counts, seconds=seconds)

        yield finish


def _run_stage(stage: Stage) -> Outcome:
    say(f"\n=== {stage.title} ===")
    started = time.monotonic()
    try:
        counts = stage.run()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        counts = Counts(failed=1)
    return Outcome(title=stage.title, counts=counts, seconds=time.monotonic() - started)


# These start services of their own, and wait for them most of the time;
_MACHINES = "tests/deploy"
# and these have theirs go away and come back.
_FAULTS = "tests/faults"
_ATTACKS_ON_THE_API = (
    *("forged_requests", "forged_tokens", "hostile_requests", "huge_bodies", "injection"),
    *("mass_assignment", "other_peoples_things", "redirects", "sessions", "slow_requests"),
    *("smuggling", "socket_floods", "wrong_logins"),
)
_CONTRACTS_OF_FORM = (
    *("answers", "bodies", "caching", "documentation", "every_call", "layout", "members_only"),
    *("schema", "tickets", "unavailable"),
)
# What is told by one database is not asked of both, unless it is to be thorough: these try the
# API's form rather than what is stored, or ask no database anything;
_NOT_ON_POSTGRES = (
    *(f"tests/attacks/test_{name}.py" for name in _ATTACKS_ON_THE_API),
    *(f"tests/contract/test_{name}.py" for name in _CONTRACTS_OF_FORM),
    "tests/accounts/test_hashing.py",
    "tests/accounts/test_passwords.py",
    "tests/accounts/test_registration.py",
    "tests/config/test_client_elsewhere.py",
    "tests/config/test_environment.py",
    "tests/config/test_headers.py",
    "tests/config/test_production.py",
    "tests/config/test_workers.py",
    "tests/loadtest/test_report.py",
    "tests/loadtest/test_runs.py",
    "tests/realtime/test_picture_at_random.py",
    "tests/realtime/test_viewers_at_random.py",
    "tests/reservations/choosing/test_house.py",
    "tests/reservations/plans/test_fuzz.py",
    "tests/reservations/plans/test_reading.py",
    "tests/reservations/test_rules_at_random.py",
)
# and these are long, and about what many do at once, or what a server does for long.
_NOT_ON_SQLITE = (
    "tests/concurrency/test_best_races.py",
    "tests/concurrency/test_key_races.py",
    "tests/concurrency/test_money_races.py",
    "tests/contract/test_idempotency_keys.py",
    "tests/faults/test_slow_viewers.py",
    "tests/loadtest/chaos/test_audit.py",
    "tests/realtime/test_both_servers.py",
    "tests/reservations/housekeeping",
    "tests/reservations/plans/test_stadium.py",
    "tests/reservations/plans/test_writing.py",
    "tests/reservations/test_batches_at_random.py",
    "tests/reservations/test_domain_at_random.py",
)


def _on_sqlite(*, thorough: bool) -> AbstractContextManager[_Run]:
    ignored = _ignoring([_MACHINES, *(() if thorough else _NOT_ON_SQLITE)])
    return _pytest_run("sqlite", *ignored, *_profile(thorough=thorough))


@contextmanager
def _on_postgres(*, thorough: bool) -> Iterator[_Run]:
    ignored = _ignoring([_MACHINES, _FAULTS, *(() if thorough else _NOT_ON_POSTGRES)])
    arguments = [*ignored, *_profile(thorough=thorough)]
    with (
        postgres() as database_url,
        valkey() as redis_url,
        _pytest_run("postgres", *arguments, DATABASE_URL=database_url, REDIS_URL=redis_url) as run,
    ):
        yield run


@contextmanager
def _of_faults() -> Iterator[_Run]:
    """Beside the others, which are to keep their services."""
    with (
        own_postgres() as database_url,
        own_valkey() as redis_url,
        _pytest_run("faults", _FAULTS, DATABASE_URL=database_url, REDIS_URL=redis_url) as run,
    ):
        yield run


def _profile(*, thorough: bool) -> list[str]:
    """Return what makes a run of random tests a long one that differs each time."""
    return ["--hypothesis-profile=thorough"] if thorough else []


def _ignoring(paths: Sequence[str]) -> list[str]:
    return [f"--ignore={path}" for path in paths]


@contextmanager
def _pytest_run(name: str, *arguments: str, **settings: str) -> Iterator[_Run]:
    """Yield a command that reports to `name`.xml and its environment, with data that goes."""
    report = f"--junitxml={REPORTS / f'{name}.xml'}"
    with tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir:
        yield (
            [str(VENV_PYTHON), "-m", "pytest", report, *arguments],
            clean_environment(SEATCAST_DATA_DIR=data_dir, **settings),
        )


@contextmanager
def _of_the_client() -> Iterator[_Run]:
    node = ensure_node()
    report = f"--outputFile.junit={REPORTS / 'client.xml'}"
    reporters = ["--reporter=default", "--reporter=junit", report]
    npm = ["--prefix", str(FRONTEND), "run", "--silent", "test", "--", *reporters]
    yield list(node.npm_command(*npm)), clean_environment(**node.environment())


def _shown(name: str, aside: _Aside) -> Counts:
    with aside() as (command, environment):
        status = run_shown(command, environment=environment)
    return judge(read_counts(REPORTS / f"{name}.xml"), status=status)


# What every browser and server must do; the rest of what a browser sees is asked of the stack.
_MAIN_JOB = "purchase.spec.ts"
# A browser gives no passkeys to a page whose certificate nobody vouches for, as the stack's is.
_PASSKEYS = "secondFactor.spec.ts"


def _browser() -> Counts:
    report = REPORTS / "browser.xml"
    with site(log_file=REPORTS / "site.log") as running:
        status = running.run(
            "e2e",
            "--reporter=list,junit",
            _MAIN_JOB,
            _PASSKEYS,
            PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report),
        )
    return judge(read_counts(report), status=status)


def _stages(*, thorough: bool) -> list[Stage]:
    def tests(name: str, title: str, aside: _Aside) -> Stage:
        return Stage(name=name, title=title, run=partial(_shown, name, aside), aside=aside)

    return [
        Stage(name="check", title="linters and types", run=run_checks),
        tests(
            "machines",
            "Python tests of what sets up and serves",
            partial(_pytest_run, "machines", _MACHINES),
        ),
        tests("sqlite", "Python tests on SQLite", partial(_on_sqlite, thorough=thorough)),
        tests(
            "postgres",
            "Python tests on PostgreSQL + Valkey",
            partial(_on_postgres, thorough=thorough),
        ),
        tests("faults", "Python tests of what fails, on PostgreSQL + Valkey", _of_faults),
        tests("client", "client tests", _of_the_client),
        Stage(name="browser", title="browser tests", run=_browser),
        Stage(
            name="stack",
            title="browser tests on the real stack",
            run=partial(run_mishaps, thorough=thorough),
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
