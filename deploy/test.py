"""Every test, stage by stage, to the end; the last lines say what ran."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
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


def main(only: Sequence[str]) -> int:
    """Run the stages named, or all; return 1 if anything failed."""
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir()
    try:
        outcomes = [_run_stage(name) for name in only] if only else _run_all()
    except KeyboardInterrupt:
        return 130
    say(f"\n{summary(outcomes)}")
    return 1 if any(outcome.counts.failed for outcome in outcomes) else 0


def _run_all() -> list[Outcome]:
    """Run all stages, those that wait most of the time beside the others."""
    shown = [name for name in _STAGES if name not in _RUNS]
    with ExitStack() as stack:
        asides = {name: stack.enter_context(_aside(name)) for name in _RUNS}
        outcomes = [_run_stage(name) for name in shown]
        return [*outcomes, *(finish() for finish in asides.values())]


@contextmanager
def _aside(name: str) -> Iterator[Callable[[], Outcome]]:
    """Have tests run meanwhile; yield what waits for them and shows what they wrote."""
    title, _ = _STAGES[name]
    started, output = time.monotonic(), REPORTS / f"{name}.log"
    say(f"(Meanwhile: {title}.)")
    with (
        _RUNS[name]() as (command, environment),
        run_aside(command, environment=environment, output=output) as wait,
    ):

        def finish() -> Outcome:
            status = wait()
            seconds = time.monotonic() - started
            say(f"\n=== {title} ===\n{output.read_text(errors='replace')}")
            counts = judge(read_counts(REPORTS / f"{name}.xml"), status=status)
            return Outcome(title=title, counts=counts, seconds=seconds)

        yield finish


def _run_stage(name: str) -> Outcome:
    title, stage = _STAGES[name]
    say(f"\n=== {title} ===")
    started = time.monotonic()
    try:
        counts = stage()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        counts = Counts(failed=1)
    return Outcome(title=title, counts=counts, seconds=time.monotonic() - started)


# These start services of their own, and wait for them most of the time;
_MACHINES = "tests/deploy"
# and these have theirs go away and come back.
_FAULTS = "tests/faults"
_ATTACKS_ON_THE_API = (
    *("forged_requests", "forged_tokens", "huge_bodies", "injection", "mass_assignment"),
    *("other_peoples_things", "redirects", "sessions", "slow_requests", "smuggling"),
    *("socket_floods", "wrong_logins"),
)
# What is told by one database is not asked of both: these try the API's form rather than what is
# stored, or ask no database anything;
_NOT_ON_POSTGRES = (
    _MACHINES,
    *(f"tests/attacks/test_{name}.py" for name in _ATTACKS_ON_THE_API),
    "tests/contract/test_bodies.py",
    "tests/contract/test_every_call.py",
    "tests/contract/test_schema.py",
    "tests/loadtest/test_report.py",
    "tests/loadtest/test_runs.py",
    "tests/realtime/test_picture_at_random.py",
    "tests/reservations/plans/test_fuzz.py",
    "tests/reservations/plans/test_reading.py",
    "tests/reservations/test_rules_at_random.py",
)
# and these are long, and about what many do at once, or what a server does for long.
_NOT_ON_SQLITE = (
    _MACHINES,
    "tests/attacks/test_hostile_requests.py",
    "tests/faults/test_slow_viewers.py",
    "tests/reservations/housekeeping",
    "tests/reservations/plans/test_stadium.py",
    "tests/reservations/plans/test_writing.py",
    "tests/reservations/test_batches_at_random.py",
    "tests/reservations/test_domain_at_random.py",
)

_Run = tuple[list[str], dict[str, str]]


@contextmanager
def _on_postgres() -> Iterator[_Run]:
    ignored = _ignoring((*_NOT_ON_POSTGRES, _FAULTS))
    with (
        postgres() as database_url,
        valkey() as redis_url,
        _pytest_run("postgres", *ignored, DATABASE_URL=database_url, REDIS_URL=redis_url) as run,
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


def _shown(name: str) -> Counts:
    with _RUNS[name]() as (command, environment):
        status = run_shown(command, environment=environment)
    return judge(read_counts(REPORTS / f"{name}.xml"), status=status)


# What every browser and server must do; the rest of what a browser sees is asked of the stack.
_MAIN_JOB = "purchase.spec.ts"


def _browser() -> Counts:
    report = REPORTS / "browser.xml"
    with site(log_file=REPORTS / "site.log") as running:
        status = running.run(
            "e2e",
            "--reporter=list,junit",
            _MAIN_JOB,
            PLAYWRIGHT_JUNIT_OUTPUT_FILE=str(report),
        )
    return judge(read_counts(report), status=status)


_RUNS: dict[str, Callable[[], AbstractContextManager[_Run]]] = {
    "machines": partial(_pytest_run, "machines", _MACHINES),
    "client": _of_the_client,
    "sqlite": partial(_pytest_run, "sqlite", *_ignoring(_NOT_ON_SQLITE)),
    "postgres": _on_postgres,
    "faults": _of_faults,
}
_STAGES: dict[str, tuple[str, Callable[[], Counts]]] = {
    "check": ("linters and types", run_checks),
    "machines": ("Python tests of what sets up and serves", partial(_shown, "machines")),
    "sqlite": ("Python tests on SQLite", partial(_shown, "sqlite")),
    "postgres": ("Python tests on PostgreSQL + Valkey", partial(_shown, "postgres")),
    "faults": ("Python tests of what fails, on PostgreSQL + Valkey", partial(_shown, "faults")),
    "client": ("client tests", partial(_shown, "client")),
    "browser": ("browser tests", _browser),
    "stack": ("browser tests on the real stack", run_mishaps),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
