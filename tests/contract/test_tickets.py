"""Ticket codes, and what scanning one returns."""

import string
from typing import Any

import pytest
from pytest_django import Settings

from reservations.bookings.ticket_codes import public_id_of, seat_of, ticket_code
from reservations.formats.public_ids import new_public_id
from reservations.models import Entry, Reservation
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import stranger, with_token

pytestmark = pytest.mark.any_database


def _check(office: BoxOffice, code: str, client: Any = None) -> Any:
    return (client or office.browser(office.organiser)).get(f"/api/tickets/{code}/")


def _booking(office: BoxOffice) -> dict[str, Any]:
    path = f"/api/reservations/{office.reservation}/"
    found: dict[str, Any] = office.browser(office.alice).get(path).json()
    return found


def test_a_ticket_code_returns_its_booking_and_seats(office: BoxOffice) -> None:
    booking = _booking(office)
    answer = _check(office, booking["ticket_code"])
    assert answer.json() == {
        "admits": True,
        "reason": None,
        "seat": None,
        "given_up": [],
        "buyer": "alice",
        "reservation": booking,
    }


def test_the_ticket_of_a_cancelled_booking_is_refused_with_the_reason(office: BoxOffice) -> None:
    code = _booking(office)["ticket_code"]
    office.browser(office.alice).post(f"/api/reservations/{office.reservation}/cancel/")
    found = _check(office, code).json()
    assert (found["admits"], found["reason"]) == (False, "cancelled")
    assert found["reservation"]["ticket_code"] == code


def test_a_booking_has_its_ticket_code_from_the_first_response(office: BoxOffice) -> None:
    body = {"seat_ids": [office.held], "payment_method": "card"}
    alice = office.browser(office.alice)
    booked = alice.post(f"/api/events/{office.event.pk}/reserve/", body).json()["reservation"]
    listed = alice.get("/api/reservations/").json()
    assert booked["ticket_code"] == listed[0]["ticket_code"] == ticket_code(booked["id"])
    assert len({found["ticket_code"] for found in listed}) == len(listed) == 2


def test_a_code_is_url_safe_and_case_insensitive(office: BoxOffice) -> None:
    code = ticket_code(office.reservation)
    assert set(code) <= {*string.ascii_uppercase, *string.digits, "-"}
    assert len(code) < 40
    assert _check(office, code.lower()).json()["reservation"]["ticket_code"] == code


@pytest.mark.parametrize("separator", ["", " ", " - ", "\N{EN DASH}", "\N{NON-BREAKING HYPHEN}"])
def test_a_typed_code_can_have_spaces_and_any_dash(separator: str) -> None:
    name = "CRYMFEV56F1S62DG"
    code = ticket_code(name)
    typed = code.lower().replace("-", separator)
    typed = f"{typed[:4]} {typed[4:]}"
    assert public_id_of(typed) == name
    assert (seat_of(typed), seat_of(f"{typed}.17")) == (None, 17)


def test_a_wrong_code_is_404(office: BoxOffice, subtests: pytest.Subtests) -> None:
    code = ticket_code(office.reservation)
    name, _, signature = code.partition("-")
    other = "B" if signature[-1] == "A" else "A"
    number = Reservation.objects.get(public_id=name).pk
    for wrong in (
        *(f"{name}-{signature[:-1]}{other}", f"{name}-{signature[:-1]}", name, signature),
        *(f"{office.reservation_of_bob}-{signature}", f"0{code}", f"{code}A", f"{name}-", "-"),
        *(f"{name}-{'A' * 16}", f"{number}-{signature}", "%00", "%D9%A1-" + signature),
        *("x" * 3_000, f".{code}", f"{code}%00"),
        *(f"{2**63}-{signature}", f"{10**30}-{signature}", ticket_code(new_public_id())),
    ):
        with subtests.test(wrong=wrong[:40]):
            refusal(_check(office, wrong), 404, "ticket_not_found")
            path = f"/api/tickets/{wrong}/entry/"
            refusal(office.browser(office.organiser).post(path, {}), 404, "ticket_not_found")
    assert not Entry.objects.exists()


def test_without_the_scan_permission_every_code_is_refused(office: BoxOffice) -> None:
    right, wrong = ticket_code(office.reservation), f"{'A' * 16}-{'A' * 16}"
    for client in (office.browser(office.alice), with_token(office.alice)):
        answers = [_check(office, code, client) for code in (right, wrong)]
        of_right, of_wrong = [refusal(answer, 403, "permission_denied") for answer in answers]
        assert of_right == of_wrong
    for code in (right, wrong):
        refusal(_check(office, code, stranger()), 401, "not_authenticated")


def test_codes_are_signed_with_the_ticket_key(settings: Settings) -> None:
    public_id = new_public_id()
    code = ticket_code(public_id)
    assert code == ticket_code(public_id)
    settings.SECRET_KEY = "another"
    assert ticket_code(public_id) == code
    before, settings.SEATCAST_TICKET_KEY = settings.SEATCAST_TICKET_KEY, "another"
    assert ticket_code(public_id) != code
    assert public_id_of(code) is None
    settings.SEATCAST_TICKET_KEY_FALLBACKS = [before]
    assert public_id_of(code) == public_id


def test_bookings_have_different_signatures() -> None:
    names = [new_public_id() for _ in range(2_000)]
    codes = [ticket_code(name) for name in names]
    assert len({code.partition("-")[2] for code in codes}) == len(codes)
    assert [public_id_of(code) for code in codes] == names
