"""What tests share: the database emptied between them, and copies of rows made once."""

import pytest
from django.contrib.auth.models import Group

from accounts.models import User
from reservations.models import Event, Seat
from reservations.roles import ROLES
from tests.copies import Copies
from tests.factories import make_event, make_user, seat_ids
from tests.tables import empty_tables

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_emptied_tables_have_the_default_roles_and_nothing_else() -> None:
    for _ in range(2):
        make_event()
        make_user().groups.set(Group.objects.all())
        Group.objects.create(name="Ushers")
        for group in Group.objects.all():
            group.permissions.clear()
        empty_tables()
        assert not User.objects.exists()
        assert not Event.objects.exists()
        found = {
            group.name: set(group.permissions.values_list("codename", flat=True))
            for group in Group.objects.all()
        }
        assert found == {name: set(codenames) for name, codenames in ROLES.items()}


def test_a_copy_has_the_rows_of_what_was_made_and_its_ids_stay_free() -> None:
    calls = []

    def make() -> Event:
        calls.append(make_user("alice"))
        return make_event(seats=3, description="A" * 100)

    def rows() -> list[object]:
        return [list(model.objects.order_by("pk").values()) for model in (Event, Seat, User)]

    copies = Copies(make)
    made, its_rows = copies(), rows()
    empty_tables()
    copied = copies()
    assert (copied.pk, rows()) == (made.pk, its_rows)
    assert copied is not made
    assert len(calls) == 1
    later = make_event(seats=3)
    assert later.pk > made.pk
    assert min(seat_ids(later)) > max(seat_ids(made))


def test_nothing_is_copied_where_there_are_users_already() -> None:
    copies = Copies(make_user)
    assert copies().pk != copies().pk
