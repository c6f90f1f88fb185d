"""The ticket as PDF: what it shows, in which scripts, and that no text breaks it."""

import io
import re
import struct
import zlib
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import segno
from django.conf import settings
from fontTools.ttLib import TTFont
from PIL import Image

from accounts.mail_message import message_of
from accounts.models import Mail, User
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import CancelReservation, LockSeats, ReserveSeats
from reservations.formats.localised import localised_time
from reservations.models import Event, Reservation
from reservations.tickets.ticket_pdf import _FONTS, Ticket, _path, drawn
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, pay_for, person, seat_ids, signed_in

TICKET = Ticket(
    language="en",
    event="The Magic Flute",
    venue="Opera house",
    address="Ring 2, 1010 Vienna",
    time="Fri 24 May 2030, 19:30 CEST (Europe/Berlin)",
    name="Zoë Zimmer",
    seats=[("Balcony, Circle, B7", "Reduced")],
    qr="https://seatcast.example/tickets/T",
    code="0123456789ABCDEF-ABCDEFGHJKLMNOPQ",
)
NAMES = {
    "arabic": "محمد الأمين",
    "hebrew": "שלום",
    "thai": "สวัสดี",
    "devanagari": "क्षत्रिय",
    "cjk": "王小明 さくら 김",
}


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def undated(content: bytes) -> bytes:
    """Return a PDF without what differs each time that it is drawn."""
    return re.sub(rb"CreationDate \(.*?\)|/ID \[.*?\]", b"", content)


def fonts(content: bytes) -> int:
    return len(set(re.findall(rb"/BaseFont /(\S+)", content)))


def letters(content: bytes) -> set[str]:
    """Return the characters of the PDF, by the maps from glyphs to Unicode that it has."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            text = stream
        if b"beginbfchar" in text or b"beginbfrange" in text:
            for code in re.findall(rb"<[0-9A-F]+> <([0-9A-F]+)>", text):
                found |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "ignore"))
    return found


def modules(content: bytes) -> list[list[int]]:
    """Return the modules of the PDF's QR code, without its border: 1 is black."""
    found = re.search(
        rb"/Height (\d+)\n/Length (\d+)\n/Subtype /Image.*?stream\r?\n", content, re.S
    )
    assert found is not None
    height, length = map(int, found.groups())
    # As a TIFF file, which has the same compression (CCITT group 4).
    tags = {256: height, 257: height, 258: 1, 259: 4, 262: 1, 273: 110, 278: height, 279: length}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4)
    image = Image.open(io.BytesIO(head + content[found.end() : found.end() + length]))
    middles = range(4 * 6 + 3, height - 4 * 6, 6)
    return [[int(image.getpixel((x, y)) == 0) for x in middles] for y in middles]


def test_it_shows_the_event_the_seat_and_the_name_on_one_page() -> None:
    content = drawn(replace(TICKET, language="de", time="Fr, 24.05.2030, 19:30 Uhr CEST"))
    assert content.startswith(b"%PDF-")
    assert pages(content) == 1
    wanted = "The Magic Flute Opera house Fr, 24.05.2030, 19:30 Uhr CEST Zoë Balcony, B7 Reduced"
    assert set(f"{wanted} {TICKET.code} Für Plätze") - {" "} <= letters(content)
    assert len(content) < 100_000


def test_its_qr_code_has_the_signed_ticket() -> None:
    matrix = segno.make_qr(TICKET.qr, error="m").matrix
    assert modules(drawn(TICKET)) == [list(row) for row in matrix]


@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_shown_in_its_script(script: str) -> None:
    content = drawn(replace(TICKET, name=NAMES[script]))
    assert fonts(content) == fonts(drawn(TICKET)) + 1
    package, file, _ = _FONTS[script]
    with TTFont(_path(package, file), lazy=True) as font:
        known = font.getBestCmap() or {}
    assert {ord(each) for each in NAMES[script]} - {ord(" ")} <= set(known)


@pytest.mark.parametrize(
    "text",
    ["W" * 100_000, "\x00\x1b[31m\u202e\ud7ff\ue000", "😀" * 500, "%PDF) Tj /JS (", "{nb} **b**"],
    ids=["long", "control", "emoji", "pdf", "markup"],
)
def test_hostile_text_makes_a_small_ticket(text: str) -> None:
    hostile = replace(TICKET, event=text, venue=text, name=text, seats=[(text, text)])
    content = drawn(hostile)
    assert pages(content) <= 3
    assert len(content) < 200_000


def test_of_a_big_group_a_hundred_seats_are_listed() -> None:
    content = drawn(replace(TICKET, seats=[("Ж" * 200, "Ж" * 60)] * 500))
    assert pages(content) <= 25
    assert len(content) < 200_000


def _booked(event: Event) -> str:
    buyer = person(make_user("zoe", email="zoe@example.com"))
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:1]
    queue.submit(LockSeats(buyer, ids))
    found: str = queue.submit(ReserveSeats(buyer, ids, "invoice"))["reservation"]["id"]
    return found


@pytest.mark.django_db
@pytest.mark.any_database
def test_the_buyer_of_a_paid_booking_gets_it_and_nobody_else() -> None:
    plan: dict[str, object] = {"floors": [{"section": "", "floor": "Balcony"}]}
    plan |= {"width": 9.0, "height": 9.0, "seat_radius": 1.0, "shapes": []}
    event = make_event(plan=plan, time_zone="Asia/Tokyo", address="Ring 2, 1010 Vienna")
    number = _booked(event)
    booking = Reservation.objects.select_related("user").get(public_id=number)
    assert booking.user is not None
    zoe, path = signed_in(booking.user), f"/api/reservations/{number}/ticket/"
    refusal(zoe.get(path), 409, "ticket_unpaid")
    pay_for(number)
    answer = zoe.get(f"{path}?language=de")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"] == "no-store"
    found = zoe.get(f"/api/reservations/{number}/").json()
    assert found["seat_details"][0]["floor"] == "Balcony"
    at = event.date.astimezone(ZoneInfo("Asia/Tokyo"))
    ticket = Ticket(
        language="de",
        event="Concert",
        venue="Hall",
        address="Ring 2, 1010 Vienna",
        time=f"{localised_time(at, language='de')} JST (Asia/Tokyo)",
        name="zoe",
        seats=[("Balcony, Reihe A, Platz 1", "")],
        qr=f"{settings.SEATCAST_SITE_URL.rstrip('/')}/tickets/{found['signed_ticket']}",
        code=found["ticket_code"],
    )
    assert undated(answer.content) == undated(drawn(ticket))
    refusal(zoe.get(f"{path}?language=fr"), 400, "invalid")
    refusal(signed_in(make_user()).get(path), 404, "reservation_not_found")
    CommandQueue(event.pk).submit(CancelReservation(person(booking.user), booking.pk))
    refusal(zoe.get(path), 409, "ticket_cancelled")


@pytest.mark.django_db
@pytest.mark.any_database
def test_the_confirmation_has_it_once_the_booking_is_paid() -> None:
    floors = [{"section": "", "floor": "Balcony"}]
    number = _booked(make_event(plan={"floors": floors}))
    details = {"booking": number, "event": "Concert", "venue": "Hall", "date": "2030-05-24 19:30"}
    details |= {"seats": "A1", "total": "50.00 EUR", "due": ""}
    zoe = User.objects.get(username="zoe")
    confirmation = Mail(kind=Mail.Kind.BOOKED, details=details)

    zoe.language = "de"

    def attached() -> dict[str, Any]:
        message = message_of(confirmation, [zoe], to="zoe@example.com")
        assert "Balcony, row A, seat 1" in message.body
        parts = message.message().walk()
        return {str(each.get_filename()): each.get_payload(decode=True) for each in parts}

    assert "ticket.pdf" not in attached()
    pay_for(number)
    assert b"/Lang (de)" in attached()["ticket.pdf"]
