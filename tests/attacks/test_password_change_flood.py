"""Password changes of sixty throwaway accounts do not keep others from signing in."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from accounts import password_hashing
from tests.concurrent_commands import wait_until
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger

ATTACKERS = 60
BUYERS = 20
ATTACKER = "203.0.113.9"


class _Busy:
    """Keeps the hashing thread busy until `end` is called."""

    def __init__(self) -> None:
        self._done = threading.Event()
        password_hashing._queue._thread.submit(self._done.wait)

    def end(self) -> None:
        self._done.set()

    def settle(self, asked: list[Future[Any]]) -> None:
        """Wait until each request is answered or queued."""

        def is_settled() -> bool:
            held = [slot for slots in password_hashing._queue._slots.values() for slot in slots]
            waiting = sum(slot.job is not None for slot in held)
            return sum(not each.done() for each in asked) == waiting

        wait_until(is_settled)


def _ask(pool: ThreadPoolExecutor, ask: Callable[[], Any]) -> Future[Any]:
    def run() -> Any:
        try:
            return ask()
        finally:
            connections.close_all()

    return pool.submit(run)


def _change_password(client: APIClient) -> Callable[[], Any]:
    body = {"old_password": PASSWORD, "password": "another-long-word"}
    return lambda: client.post("/api/password/change/", body)


def _sign_in(client: APIClient, name: str) -> Callable[[], Any]:
    return lambda: client.post("/api/login/", {"username": name, "password": PASSWORD})


@pytest.mark.django_db(transaction=True)
def test_sign_ins_succeed_while_sixty_accounts_change_passwords(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(password_hashing, "_queue", password_hashing._HashingQueue())
    attackers = [signed_in(make_user(password=PASSWORD)) for _ in range(ATTACKERS)]
    for client in attackers:
        client.defaults["REMOTE_ADDR"] = ATTACKER
    buyers = [make_user(password=PASSWORD) for _ in range(BUYERS)]
    with ThreadPoolExecutor(ATTACKERS + BUYERS) as pool:
        busy = _Busy()
        try:
            changes = [_ask(pool, _change_password(client)) for client in attackers]
            busy.settle(changes)
            sign_ins = [_ask(pool, _sign_in(stranger(), buyer.username)) for buyer in buyers]
            busy.settle([*changes, *sign_ins])
        finally:
            busy.end()
        codes = Counter(each.result().status_code for each in sign_ins)
        refused = [each.result() for each in changes if each.result().status_code != 200]
    assert codes == {200: BUYERS}
    assert len(refused) >= ATTACKERS - 20
    for answer in refused:
        refusal(answer, answer.status_code, "throttled" if answer.status_code == 429 else "busy")


@pytest.mark.django_db
def test_password_changes_of_an_account_are_throttled() -> None:
    client = signed_in(make_user(password=PASSWORD))
    words = [PASSWORD, *(f"another-long-word-{number}" for number in range(6))]
    answers = [
        client.post("/api/password/change/", {"old_password": old, "password": new})
        for old, new in pairwise(words)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    refusal(answers[-1], 429, "throttled")
