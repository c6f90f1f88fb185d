"""Slow work holds no connection to the database, and makes no query."""

import pytest
from django.db import connection, transaction

from accounts.models import User
from infrastructure.slow_work.database import (
    HoldsTransaction,
    QueriesDuringSlowWork,
    without_database,
)
from infrastructure.slow_work.kinds import KINDS, Kind
from infrastructure.slow_work.turns import take_place, turn
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def test_the_connection_is_returned_before_slow_work() -> None:
    make_user()
    assert connection.connection is not None
    with without_database():
        assert connection.connection is None
    assert User.objects.count() == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_slow_work_within_a_transaction_is_a_mistake(kind: Kind) -> None:
    with transaction.atomic(), pytest.raises(HoldsTransaction), turn(kind):
        pytest.fail("it began")
    with transaction.atomic(), pytest.raises(HoldsTransaction):
        take_place(kind)


def test_a_query_during_slow_work_is_a_mistake() -> None:
    with without_database(), pytest.raises(QueriesDuringSlowWork):
        User.objects.count()
    assert User.objects.count() == 0
    with (
        pytest.raises(QueriesDuringSlowWork),
        without_database(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
