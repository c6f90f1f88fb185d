"""What many threads want at once is found out once."""

import threading
from functools import partial

import pytest

from reservations.sharing import Shared
from tests.crowd import PATIENCE_SECONDS, at_once


def test_of_many_who_ask_at_once_one_finds_out_for_all() -> None:
    shared: Shared[str, object] = Shared(most=1)
    everybody_asks, asked = threading.Event(), []

    def find_out() -> object:
        asked.append(True)
        assert everybody_asks.wait(PATIENCE_SECONDS)
        return object()

    def ask(number: int) -> object:
        if number == 49:
            everybody_asks.set()
        return shared.get("key", find_out)

    found = at_once([partial(ask, number) for number in range(50)])
    assert len(asked) == 1
    assert set(found) == {found[0]}


def test_what_fails_is_found_out_anew_by_who_asks_next() -> None:
    shared: Shared[str, int] = Shared(most=1)
    with pytest.raises(ZeroDivisionError):
        shared.get("key", lambda: 1 // 0)
    assert shared.get("key", lambda: 1) == 1


def test_what_was_not_wanted_for_longest_is_forgotten_first() -> None:
    shared: Shared[str, int] = Shared(most=2)
    for key in ("a", "b", "a", "c"):
        shared.get(key, lambda: 1)
    assert [shared.get(key, lambda: 2) for key in ("a", "c", "b")] == [1, 1, 2]
