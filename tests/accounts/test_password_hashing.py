"""Hash passwords in a bounded, fair queue."""

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

from accounts import password_hashing
from accounts.client_ip import client_ip
from accounts.models import User
from accounts.password_hashing import (
    MAX_SLOTS,
    SLOTS,
    SLOTS_PER_NETWORK,
    TooManySignIns,
    Workload,
    hashing_slot,
)
from tests.concurrent_commands import wait_until
from tests.contract.calls import refusal
from tests.factories import make_person, make_user, signed_in, stranger

pytestmark = pytest.mark.any_database

PASSWORD = "correct horse battery"
CREDENTIALS = {"username": "alice", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _own_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_hashing, "_queue", password_hashing._HashingQueue())


@contextmanager
def _busy_thread() -> Iterator[None]:
    """Keep the hashing thread busy."""
    done = threading.Event()
    password_hashing._queue._thread.submit(done.wait)
    try:
        yield
    finally:
        done.set()


@contextmanager
def _no_slots(work: Workload) -> Iterator[None]:
    """Take every slot, each for another network."""
    with ExitStack() as stack:
        for number in range(SLOTS[work]):
            network = f"192.0.2.{number}"
            stack.enter_context(password_hashing._queue.acquire(work, network, network))
        yield


def _from(address: str) -> Any:
    return RequestFactory().get("/", REMOTE_ADDR=address)


def _waiting(network: str) -> int:
    held = [slot for slots in password_hashing._queue._slots.values() for slot in slots]
    return sum(slot.job is not None and slot.network == network for slot in held)


class _Requests:
    """Requests that queue while the hashing thread is busy; `served` lists them as they ran."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self.served: list[str] = []

    def queue(self, address: str, work: Workload = Workload.SIGN_IN) -> Future[None]:
        network = client_ip(_from(address))
        before = _waiting(network)
        found = self._pool.submit(self._hash, address, work)
        wait_until(lambda: found.done() or _waiting(network) > before)
        return found

    def _hash(self, address: str, work: Workload) -> None:
        with hashing_slot(_from(address), work):
            password_hashing.run_in_queue(partial(self.served.append, address))


@pytest.fixture
def requests() -> Iterator[_Requests]:
    with ThreadPoolExecutor(64) as pool:
        yield _Requests(pool)


@pytest.mark.django_db
def test_a_sign_in_is_refused_when_all_slots_are_taken() -> None:
    with _no_slots(Workload.SIGN_IN):
        refusal(stranger().post("/api/token/", CREDENTIALS), 503, "busy")
    assert stranger().post("/api/token/", CREDENTIALS).status_code == 401


@pytest.mark.django_db
def test_the_admin_login_is_refused_when_all_slots_are_taken() -> None:
    make_person("alice")
    client = Client(raise_request_exception=False)
    with _no_slots(Workload.SIGN_IN):
        assert client.post("/admin/login/", CREDENTIALS).status_code == 503


OTHER_WORK: dict[str, Callable[[User], Any]] = {
    "register": lambda _: stranger().post("/api/register/", {**CREDENTIALS, "username": "zoe"}),
    "change": lambda alice: signed_in(alice).post(
        "/api/password/change/", {"old_password": PASSWORD, "password": "another-long-word"}
    ),
}


@pytest.mark.parametrize("ask", OTHER_WORK.values(), ids=OTHER_WORK)
@pytest.mark.django_db
def test_other_work_has_slots_of_its_own(ask: Callable[[User], Any]) -> None:
    alice = make_user("alice", password=PASSWORD)
    with _no_slots(Workload.OTHER):
        refusal(ask(alice), 503, "busy")
        assert stranger().post("/api/login/", CREDENTIALS).status_code == 200
    with _no_slots(Workload.SIGN_IN):
        assert ask(alice).status_code in (200, 201)


@pytest.mark.django_db
def test_an_unknown_name_and_the_upgrade_of_an_old_hash_take_one_slot_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held: list[int] = []
    run = password_hashing._queue.run

    def counted(slot: Any, work: Any) -> Any:
        held.append(sum(map(len, password_hashing._queue._slots.values())))
        return run(slot, work)

    monkeypatch.setattr(password_hashing._queue, "run", counted)
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


def test_a_network_gets_a_limited_number_of_slots(requests: _Requests) -> None:
    with _busy_thread():
        attempts = [requests.queue("192.0.2.1") for _ in range(SLOTS_PER_NETWORK + 3)]
        another = requests.queue("198.51.100.1")
    refused = [each for each in attempts if isinstance(each.exception(), TooManySignIns)]
    assert len(refused) == 3
    assert another.exception() is None


def test_a_new_network_evicts_the_newest_request_of_the_largest_network(
    requests: _Requests,
) -> None:
    with _busy_thread():
        # Four /64 networks of one /48 take every slot.
        attempts = [
            requests.queue(f"2001:db8:1:{network}::1")
            for network in range(SLOTS[Workload.SIGN_IN] // SLOTS_PER_NETWORK)
            for _ in range(SLOTS_PER_NETWORK)
        ]
        late = [requests.queue(f"198.51.{number}.1") for number in range(3)]
    assert [each.exception() for each in late] == [None] * 3
    evicted = [isinstance(each.exception(), TooManySignIns) for each in attempts]
    assert evicted == [False] * (len(attempts) - 3) + [True] * 3


def test_a_sign_in_evicts_other_work_when_all_slots_are_taken(requests: _Requests) -> None:
    with _busy_thread():
        others = [requests.queue(f"192.0.{number}.1", Workload.OTHER) for number in range(12)]
        sign_ins = [requests.queue(f"198.51.{number}.1") for number in range(20)]
        late = requests.queue("203.0.113.1", Workload.OTHER)
    assert [each.exception() for each in sign_ins] == [None] * 20
    assert isinstance(late.exception(), TooManySignIns)
    assert sum(each.exception() is None for each in others) == MAX_SLOTS - 20


def test_networks_are_served_round_robin(requests: _Requests) -> None:
    with _busy_thread():
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "198.51.100.1", "203.0.113.1"):
            requests.queue(address)
    wait_until(lambda: len(requests.served) == 5)
    assert requests.served == ["192.0.2.1", "198.51.100.1", "203.0.113.1", "192.0.2.1", "192.0.2.1"]


def test_three_sign_ins_are_served_before_each_piece_of_other_work(requests: _Requests) -> None:
    with _busy_thread():
        for number in range(6):
            requests.queue(f"192.0.{number}.1", Workload.OTHER)
        for number in range(6):
            requests.queue(f"198.51.{number}.1")
    wait_until(lambda: len(requests.served) == 12)
    kinds = "".join("s" if address.startswith("198") else "o" for address in requests.served)
    assert kinds == "sssosssooooo"


def test_passwords_are_checked_one_at_a_time_with_correct_results() -> None:
    stored = make_password(PASSWORD)
    with ThreadPoolExecutor(4) as people:
        with _busy_thread():
            answers: list[Future[bool]] = [
                people.submit(check_password, tried, stored)
                for tried in (PASSWORD, "another", PASSWORD)
            ]
            assert not wait(answers, timeout=0.3).done
        assert [answer.result() for answer in answers] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_hash_releases_the_database_connection() -> None:
    stored = make_password(PASSWORD)
    connection.ensure_connection()
    assert connection.connection is not None
    check_password(PASSWORD, stored)
    assert connection.connection is None
