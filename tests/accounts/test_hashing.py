"""Many who sign in at once: they wait for each other, and not everybody else for them."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.test import Client

from accounts import hashers
from tests.factories import make_person, stranger

PASSWORD = "correct horse battery"


@contextmanager
def _somebody_at_work() -> Iterator[None]:
    """Keep the thread that hashes busy."""
    done = threading.Event()
    hashers._hashing.submit(done.wait)
    try:
        yield
    finally:
        done.set()


@contextmanager
def _a_full_line() -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(hashers.MOST_WAITING):
            assert hashers._places.acquire(blocking=False)
            stack.callback(hashers._places.release)
        yield


@pytest.mark.django_db
def test_who_comes_to_a_full_line_is_asked_to_come_back() -> None:
    with _a_full_line():
        answer = stranger().post("/api/token/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 503
    assert answer.json()["code"] == "busy"
    assert int(answer["Retry-After"]) > 0
    assert stranger().post(
        "/api/token/", {"username": "alice", "password": PASSWORD}
    ).status_code == (401)


@pytest.mark.django_db
def test_the_admins_own_form_is_no_way_around_it() -> None:
    make_person("alice")
    client = Client(raise_request_exception=False)
    with _a_full_line():
        answer = client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 503


def test_passwords_are_looked_at_one_after_the_other_and_each_is_answered_rightly() -> None:
    stored = make_password(PASSWORD)
    with ThreadPoolExecutor(4) as people:
        with _somebody_at_work():
            answers: list[Future[bool]] = [
                people.submit(check_password, tried, stored)
                for tried in (PASSWORD, "another", PASSWORD)
            ]
            assert not wait(answers, timeout=0.3).done
        assert [answer.result() for answer in answers] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_who_waits_keeps_no_connection_from_others() -> None:
    stored = make_password(PASSWORD)
    connection.ensure_connection()
    assert connection.connection is not None
    check_password(PASSWORD, stored)
    assert connection.connection is None
