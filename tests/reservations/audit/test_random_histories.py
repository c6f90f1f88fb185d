"""`manage.py verify_ledger` passes after random commands."""

import pytest
from hypothesis import settings

from tests.factories import Clock
from tests.reservations.audit.histories import History, run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(settings().max_examples // 50))
def test_a_random_history_passes(clock: Clock, seed: int) -> None:
    history = History(clock)
    history.go_on_at_random(150, seed=seed)
    assert run("verify_ledger").endswith(": no difference.\n")
