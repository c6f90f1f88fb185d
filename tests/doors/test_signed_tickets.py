"""Signed tickets: what is signed, by which key, and what is refused."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from doors.selectors import code_digest
from reservations.bookings import ticket_codes

pytestmark = pytest.mark.any_database

# The client's tests verify the same tickets.
SIGNED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "fixtures/tickets/signed.json").read_text()
)
TICKET: str = SIGNED["signed_ticket"]


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    settings.SEATCAST_TICKET_KEY = SIGNED["key"]
    settings.SEATCAST_TICKET_KEY_FALLBACKS = [SIGNED["older_key"]]


def _signed(**changed: Any) -> str:
    facts = {name: SIGNED[name] for name in ("event_id", "people", "is_paid")}
    valid_from = datetime.fromisoformat(SIGNED["valid_from"])
    return ticket_codes.signed_ticket(
        SIGNED["public_id"], **{**facts, "valid_from": valid_from, **changed}
    )


def test_tickets_keys_and_digests_are_as_the_client_expects_them() -> None:
    assert _signed() == TICKET
    assert ticket_codes.public_keys() == SIGNED["public_keys"]
    assert code_digest(ticket_codes.ticket_code(SIGNED["public_id"])) == SIGNED["code_digest"]


def test_a_signed_ticket_names_its_booking_also_after_the_key_was_changed(settings: Any) -> None:
    assert ticket_codes.public_id_of(TICKET) == SIGNED["public_id"]
    settings.SEATCAST_TICKET_KEY_FALLBACKS = [SIGNED["key"]]
    settings.SEATCAST_TICKET_KEY = "a new key"
    assert ticket_codes.public_id_of(TICKET) == SIGNED["public_id"]
    settings.SEATCAST_TICKET_KEY_FALLBACKS = []
    assert ticket_codes.public_id_of(TICKET) is None


@pytest.mark.parametrize(
    "forged",
    [
        TICKET.replace(".7.", ".8."),
        TICKET.replace("3P", "9P"),
        TICKET.replace("3P", "3U"),
        "F" + TICKET[1:],
        TICKET[:-1] + ("A" if TICKET[-1] != "A" else "B"),
        TICKET.lower(),
        TICKET + "A",
        TICKET.rpartition(".")[0],
        "\u0660".join(TICKET.split("0", 1)),
        "9" * 201,
    ],
)
def test_a_changed_ticket_names_no_booking(forged: str) -> None:
    assert ticket_codes.public_id_of(forged) is None
