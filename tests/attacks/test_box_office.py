"""Attacks on the box office: other organisers' events, and names made to harm."""

import csv
import io
from typing import Any

import pytest

from organisations.models import Membership, Organisation
from organisations.roles import Role
from reservations.models import Allocation, Reservation
from tests.attacks.test_formula_injection import FORMULAS, SIGNS
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, seat_ids, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

COMMANDS: dict[str, dict[str, Any]] = {
    "sell": {"payment_method": "comp", "buyer_name": "Eve"},
    "allocate": {"kind": "block", "label": "Eve"},
    "unblock": {},
    "release": {},
}


@pytest.mark.parametrize("what", COMMANDS)
def test_the_box_office_of_one_organisation_is_nobody_at_anothers_event(what: str) -> None:
    own, other = (Organisation.objects.create(name=name) for name in ("Choir", "Circus"))
    eve = make_user("eve")
    Membership.objects.create(organisation=own, user=eve, role=Role.BOX_OFFICE)
    mine, theirs = make_event(organisation=own), make_event(organisation=other)
    client, body = signed_in(eve), COMMANDS[what]
    path = f"/api/events/{theirs.pk}/box-office/{what}/"
    refusal(client.post(path, {"seat_ids": seat_ids(theirs), **body}), 403, "permission_denied")
    # Nor by naming their seats at one's own event.
    path = f"/api/events/{mine.pk}/box-office/{what}/"
    refusal(client.post(path, {"seat_ids": seat_ids(theirs), **body}), 404, "seat_not_found")
    assert not Reservation.objects.exists()
    assert not Allocation.objects.exists()


def test_names_of_buyers_and_allocations_are_never_formulas_in_an_export() -> None:
    event = make_event(seats=2 * len(FORMULAS))
    client = signed_in(make_user(is_superuser=True))
    path, ids = f"/api/events/{event.pk}/", list(seat_ids(event))
    for formula in FORMULAS:
        sale = {"seat_ids": [ids.pop()], "payment_method": "cash", "buyer_name": formula}
        client.post(f"{path}box-office/sell/", sale)
        kept = {"seat_ids": [ids.pop()], "kind": "channel", "label": formula}
        client.post(f"{path}box-office/allocate/", kept)
    # Names with line breaks are refused.
    assert Reservation.objects.count() == Allocation.objects.count() > 5
    for table in ("bookings", "tickets", "changes", "actions"):
        answer = client.get(f"{path}exports/{table}/?form=csv")
        text = answer.getvalue().decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert any("1+1" in cell for cell in cells)
        assert not [cell for cell in cells if cell.lstrip(" ").startswith(tuple(SIGNS))]
