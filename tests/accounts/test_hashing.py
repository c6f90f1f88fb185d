"""Many who sign in at once: they wait for each other, and not everybody else for them."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.db import connection
from django.test import Client, RequestFactory

from accounts import hashing
from accounts.client_ip import client_ip
from accounts.hashing import (
    MOST_PLACES,
    PLACES,
    PLACES_PER_NETWORK,
    TooManySignIns,
    Work,
    place_for,
)
from accounts.models import User
from tests.contract.calls import refusal
from tests.crowd import wait_until
from tests.factories import make_person, make_user, signed_in, stranger

pytestmark = pytest.mark.any_database

PASSWORD = "correct horse battery"
CREDENTIALS = {"username": "alice", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _own_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_queue", hashing._Queue())


@contextmanager
def _somebody_at_work() -> Iterator[None]:
    """Keep the thread that hashes busy."""
    done = threading.Event()
    hashing._queue._thread.submit(done.wait)
    try:
        yield
    finally:
        done.set()


@contextmanager
def _no_places(work: Work) -> Iterator[None]:
    """Have every place taken, each by a network of its own."""
    with ExitStack() as stack:
        for number in range(PLACES[work]):
            network = f"192.0.2.{number}"
            stack.enter_context(hashing._queue.place(work, network, network))
        yield


def _from(address: str) -> Any:
    return RequestFactory().get("/", REMOTE_ADDR=address)


def _waiting(network: str) -> int:
    held = [place for places in hashing._queue._places.values() for place in places]
    return sum(place.job is not None and place.network == network for place in held)


class _Crowd:
    """Requests that queue up while the thread that hashes is busy, and the order of their turns."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self.served: list[str] = []

    def queue(self, address: str, work: Work = Work.SIGN_IN) -> Future[None]:
        network = client_ip(_from(address))
        before = _waiting(network)
        found = self._pool.submit(self._hash, address, work)
        wait_until(lambda: found.done() or _waiting(network) > before)
        return found

    def _hash(self, address: str, work: Work) -> None:
        with place_for(_from(address), work):
            hashing.in_turn(partial(self.served.append, address))


@pytest.fixture
def crowd() -> Iterator[_Crowd]:
    with ThreadPoolExecutor(64) as pool:
        yield _Crowd(pool)


@pytest.mark.django_db
def test_a_sign_in_is_refused_when_all_places_are_taken() -> None:
    with _no_places(Work.SIGN_IN):
        refusal(stranger().post("/api/token/", CREDENTIALS), 503, "busy")
    assert stranger().post("/api/token/", CREDENTIALS).status_code == 401


@pytest.mark.django_db
def test_the_admins_own_form_is_no_way_around_it() -> None:
    make_person("alice")
    client = Client(raise_request_exception=False)
    with _no_places(Work.SIGN_IN):
        assert client.post("/admin/login/", CREDENTIALS).status_code == 503


OTHER_WORK: dict[str, Callable[[User], Any]] = {
    "register": lambda _: stranger().post("/api/register/", {**CREDENTIALS, "username": "zoe"}),
    "change": lambda alice: signed_in(alice).post(
        "/api/password/change/", {"old_password": PASSWORD, "password": "another-long-word"}
    ),
}


@pytest.mark.parametrize("ask", OTHER_WORK.values(), ids=OTHER_WORK)
@pytest.mark.django_db
def test_other_work_has_places_of_its_own(ask: Callable[[User], Any]) -> None:
    alice = make_user("alice", password=PASSWORD)
    with _no_places(Work.OTHER):
        refusal(ask(alice), 503, "busy")
        assert stranger().post("/api/login/", CREDENTIALS).status_code == 200
    with _no_places(Work.SIGN_IN):
        assert ask(alice).status_code in (200, 201)


@pytest.mark.django_db
def test_an_unknown_name_and_the_upgrade_of_an_old_hash_take_one_place_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held: list[int] = []
    run = hashing._queue.run

    def counted(place: Any, work: Any) -> Any:
        held.append(sum(map(len, hashing._queue._places.values())))
        return run(place, work)

    monkeypatch.setattr(hashing._queue, "run", counted)
    make_user("alice").delete()
    stranger().post("/api/login/", CREDENTIALS)
    assert held == [1]
    old = PBKDF2PasswordHasher().encode(PASSWORD, "saltsaltsalt", iterations=1_000)
    User.objects.create(username="bob", password=old)
    held.clear()
    assert stranger().post("/api/login/", {**CREDENTIALS, "username": "bob"}).status_code == 200
    assert len(held) >= 2
    assert set(held) == {1}
    assert User.objects.get(username="bob").password.startswith("argon2$")


def test_one_network_gets_a_few_places_and_others_still_get_theirs(crowd: _Crowd) -> None:
    with _somebody_at_work():
        tries = [crowd.queue("192.0.2.1") for _ in range(PLACES_PER_NETWORK + 3)]
        another = crowd.queue("198.51.100.1")
    refused = [each for each in tries if isinstance(each.exception(), TooManySignIns)]
    assert len(refused) == 3
    assert another.exception() is None


def test_who_comes_last_from_a_crowded_network_makes_place_for_others(crowd: _Crowd) -> None:
    with _somebody_at_work():
        # Four /64 networks of one /48 take every place.
        tries = [
            crowd.queue(f"2001:db8:1:{network}::1")
            for network in range(PLACES[Work.SIGN_IN] // PLACES_PER_NETWORK)
            for _ in range(PLACES_PER_NETWORK)
        ]
        newcomers = [crowd.queue(f"198.51.{number}.1") for number in range(3)]
    assert [each.exception() for each in newcomers] == [None] * 3
    sent_away = [isinstance(each.exception(), TooManySignIns) for each in tries]
    assert sent_away == [False] * (len(tries) - 3) + [True] * 3


def test_a_sign_in_gets_the_place_of_other_work_when_there_is_none_left(crowd: _Crowd) -> None:
    with _somebody_at_work():
        others = [crowd.queue(f"192.0.{number}.1", Work.OTHER) for number in range(12)]
        sign_ins = [crowd.queue(f"198.51.{number}.1") for number in range(20)]
        late = crowd.queue("203.0.113.1", Work.OTHER)
    assert [each.exception() for each in sign_ins] == [None] * 20
    assert isinstance(late.exception(), TooManySignIns)
    assert sum(each.exception() is None for each in others) == MOST_PLACES - 20


def test_networks_take_turns(crowd: _Crowd) -> None:
    with _somebody_at_work():
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "198.51.100.1", "203.0.113.1"):
            crowd.queue(address)
    wait_until(lambda: len(crowd.served) == 5)
    assert crowd.served == ["192.0.2.1", "198.51.100.1", "203.0.113.1", "192.0.2.1", "192.0.2.1"]


def test_sign_ins_come_before_other_work_three_times_out_of_four(crowd: _Crowd) -> None:
    with _somebody_at_work():
        for number in range(6):
            crowd.queue(f"192.0.{number}.1", Work.OTHER)
        for number in range(6):
            crowd.queue(f"198.51.{number}.1")
    wait_until(lambda: len(crowd.served) == 12)
    kinds = "".join("s" if address.startswith("198") else "o" for address in crowd.served)
    assert kinds == "sssosssooooo"


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
