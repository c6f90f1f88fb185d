"""Shared test setup, for SQLite alone and for PostgreSQL with Redis or Valkey."""

import asyncio
import gc
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from accounts import revocations, throttles
from accounts.password_hashing import Argon2Hasher
from infrastructure import shared_cache
from realtime import polling
from reservations.bookings import command_queue, conflicts
from reservations.box_office import sale_figures
from reservations.events import access, layouts, miniatures, seat_counts, seat_lists, selectors
from reservations.runtime import threads
from reservations.seat_finder import index_cache
from tests.factories import Clock
from tests.tables import empty_tables

T = TypeVar("T")

PATIENCE_SECONDS = 120
"""How long the test process waits for services, which production gives up after seconds."""

# Deterministic examples without deadlines, and a randomised search.
hypothesis_settings.register_profile(
    "steady", derandomize=True, deadline=None, database=None, max_examples=50
)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=500)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="as `make thorough` runs the tests")


def pytest_configure(config: pytest.Config) -> None:
    is_thorough = config.getoption("--thorough")
    hypothesis_settings.load_profile("thorough" if is_thorough else "steady")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import modules that surely have no test with the markers of `make test`."""
    if not collection_path.match("test_*.py"):
        return None
    text = collection_path.read_text()
    match config.getoption("markexpr"):
        case "any_database or both_databases":
            return None if re.search("any_database|both_databases", text) else True
        case "not any_database":
            of_module = r"^pytestmark = (?:\[[^\]]*|.*)any_database"
            return True if re.search(of_module, text, re.MULTILINE) else None
    return None


# What is imported, collected and migrated is no garbage: looking for some took a fifth of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """Let the garbage collector skip the modules and tests, which live to the end."""
    gc.collect()
    gc.freeze()


def pytest_runtest_call() -> None:
    gc.enable()


@pytest.fixture(scope="session")
def is_thorough(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--thorough"))


class Sample(Protocol):
    def __call__(self, values: Sequence[T], number: int, *, step: int) -> Sequence[T]: ...


@pytest.fixture(scope="session")
def sample(is_thorough: bool) -> Sample:
    """Return a function that picks every `step`-th value, beginning at `number` modulo `step`.

    With the number of the call, tests of every call try each value on some calls, and each call
    with some values. In thorough runs it returns all values.
    """

    def pick(values: Sequence[T], number: int, *, step: int) -> Sequence[T]:
        return values if is_thorough else values[number % step :: step]

    return pick


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests for `--thorough`, and tests of servers that this run does not have."""
    missing = set()
    if not config.getoption("--thorough"):
        missing.add("thorough")
    if connection.vendor != "postgresql":
        missing.add("postgres")
    if not settings.REDIS_URL:
        missing.add("redis")
    elsewhere = [item for item in items if missing & {mark.name for mark in item.iter_markers()}]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in set(elsewhere)]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let the test process wait, and compute in transactions, as long as a busy machine takes.

    A server that gets no processor for two seconds reads nothing from its connections meanwhile,
    which `tcp_user_timeout` takes for a machine that is gone.
    """
    if connection.vendor == "postgresql":
        options = connection.settings_dict["OPTIONS"]
        options["pool"]["timeout"] = options["connect_timeout"] = PATIENCE_SECONDS
        options["tcp_user_timeout"] = 0
        options["options"] += "".join(
            f" -c {name}={value}"
            for name, value in {
                "lock_timeout": f"{PATIENCE_SECONDS}s",
                "statement_timeout": f"{PATIENCE_SECONDS}s",
                "idle_in_transaction_session_timeout": "0",
                "tcp_user_timeout": "0",
            }.items()
        )


@pytest.fixture(autouse=True, scope="session")
def _quick() -> Iterator[None]:
    """Speed up password hashing and the flush of tables in the test process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2Hasher, "memory_cost", 8)
        patch.setattr(Argon2Hasher, "time_cost", 1)
        # Tests that look at the stored counts flush them.
        patch.setattr(conflicts, "FLUSH_SECONDS", 86_400.0)
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty_tables())
        yield


@pytest.fixture(autouse=True, scope="session")
def _patient_cache() -> None:
    """Let the test process wait for Redis: without an answer it would count for itself."""
    if settings.REDIS_URL:
        options = settings.CACHES["default"]["OPTIONS"]
        options["socket_timeout"] = options["socket_connect_timeout"] = PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def _names_are_shown(settings: Any) -> None:
    """Show the names of lock holders, as the demo does, so that tests can check them."""
    settings.SEATCAST_SHOW_NAMES = True


@pytest.fixture(autouse=True)
def _clear_caches() -> None:
    caches["process"].clear()
    access.clear_visibility_cache()
    seat_counts.clear_count_cache()
    revocations.reset()
    shared_cache.reset()
    throttles.reset()
    # All tests sign in from one address, and on SQLite users of two tests have the same ids.
    caches["default"].clear()
    index_cache.clear_cache()
    layouts.clear_layout_cache()
    miniatures.clear_miniature_cache()
    seat_lists.clear_list_cache()
    selectors.clear_plan_cache()
    polling.clear_caches()
    conflicts.conflict_counter.reset()
    sale_figures.clear_figures_cache()


class _TestsThread:
    """Replaces a thread pool: runs all work in the test's own thread."""

    def submit(self, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return work(*arguments, **named)
        return asyncio.ensure_future(sync_to_async(work)(*arguments, **named))


@pytest.fixture
def in_the_tests_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run work that coroutines pass to threads in the test's own thread, with its connection."""
    own = _TestsThread()
    monkeypatch.setattr(threads, "_start", lambda _, work: own.submit(work))
    monkeypatch.setattr(command_queue, "_leaders", own)
    monkeypatch.setattr(command_queue, "_row_waiters", own)


@pytest.fixture(autouse=True)
def _share_the_test_connection(request: pytest.FixtureRequest) -> None:
    """Let asynchronous views see uncommitted data, unless the test commits."""
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if not commits and "transactional_db" not in request.fixturenames:
        request.getfixturevalue("in_the_tests_thread")


@pytest.fixture
def clock() -> Clock:
    return Clock()
