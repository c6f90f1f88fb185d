"""What is attached to mail about a booking: a calendar file, and its ticket as QR code and PDF.

`config/apps.py` registers this module with mail, which knows nothing of seats.
"""

import io
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson
import segno
from django.db.models import F
from icalendar import Calendar, Event

from infrastructure.slow_work.children import run_in_child
from infrastructure.slow_work.kinds import TICKET
from infrastructure.slow_work.results import Results
from infrastructure.slow_work.turns import admitted
from reservations.bookings import booking_records
from reservations.bookings.records import calendar_version
from reservations.formats.localised import localised_time
from reservations.formats.seat_words import LANGUAGES, seat_in_words, seats_in_words
from reservations.models import Reservation
from reservations.tickets import booking_links

_MODULE_PIXELS = 6
_QUIET_MODULES = 4
# How long an event is in the calendar, since nobody knows when it ends.
_DURATION = timedelta(hours=2)

# A new process has a new layout, so the cache needs none in its keys.
_drawn = Results(max_bytes=8 * 1024 * 1024, seconds=600)


class GuestBooking(NamedTuple):
    """A booking as the mail with a guest's links names it; `begins` is in the event's zone."""

    person_id: int
    public_id: str
    event_name: str
    begins: datetime


class CalendarFile(NamedTuple):
    """A file in iCalendar's format, and its method: PUBLISH or CANCEL."""

    method: str
    text: str


def guest_bookings(*, person_ids: Collection[int], most: int) -> list[GuestBooking]:
    """Return so many bookings of guests: paid ones first, which strangers do not make, then the
    newest. Ended ones are included, since a refund may be due.
    """
    found = Reservation.objects.filter(user__in=person_ids).order_by(
        F("paid_at").desc(nulls_last=True), "-pk"
    )
    rows = found.values_list(
        *("user", "public_id", "event__name", "event__date", "event__time_zone")
    )
    return [
        GuestBooking(person_id, public_id, name, date.astimezone(ZoneInfo(zone)))
        for person_id, public_id, name, date, zone in rows[:most]
    ]


def booking_fragment(*, public_id: str, address: str) -> str:
    """Return the URL fragment of the link to a booking that is mailed to its own address."""
    return booking_links.fragment(public_id=public_id, address=address)


def ticket_qr(*, public_id: str, site: str) -> bytes | None:
    """Return the QR code of a booking's ticket as PNG; None while it admits nobody."""
    stored = Reservation.objects.filter(public_id=public_id).only("pk").first()
    if stored is None:
        return None
    ticket = booking_records.reservation(reservation_id=stored.pk).get("signed_ticket")
    if ticket is None or _is_unpaid(ticket):
        return None
    image = io.BytesIO()
    code = segno.make_qr(f"{site}/tickets/{ticket}", error="m")
    code.save(image, kind="png", scale=_MODULE_PIXELS, border=_QUIET_MODULES)
    return image.getvalue()


def ticket_pdf(
    *, public_id: str, site: str, language: str, person_id: int | None = None
) -> bytes | None:
    """Return a booking's ticket as PDF; None while it admits nobody.

    It is drawn once while it stays in the cache, which is for equal tickets. `person_id` is who
    asks for it. Raises: what `slow_work` raises.
    """
    # Before the first query, so that whoever asks too often costs none.
    with admitted(TICKET, person=person_id) as place:
        content = _packed_ticket(public_id=public_id, site=site, language=language)
        if content is None:
            return None
        if (found := _drawn.get(content)) is not None:
            return found
        with place.turn():
            # Whoever had the turn before may have drawn the same ticket.
            found = _drawn.get(content) or run_in_child(TICKET, content)
        _drawn.put(content, found)
        return found


def _packed_ticket(*, public_id: str, site: str, language: str) -> bytes | None:
    """Return what a ticket shows, for `ticket_pdf.drawn_file`; None while it admits nobody."""
    stored = Reservation.objects.filter(public_id=public_id).select_related("user").first()
    if stored is None:
        return None
    record = booking_records.reservation(reservation_id=stored.pk)
    signed = record.get("signed_ticket")
    if signed is None or _is_unpaid(signed):
        return None
    account = stored.user
    known = language if language in LANGUAGES else LANGUAGES[0]
    zone = record["time_zone"]
    at = datetime.fromisoformat(record["date"]).astimezone(ZoneInfo(zone))
    ticket = {
        "language": known,
        "event": record["event_name"],
        "venue": record["venue"],
        "address": record["address"],
        "time": f"{localised_time(at, language=known)} {at.tzname()} ({zone})",
        "name": stored.buyer_name or (account.get_full_name() if account else "") or stored.buyer,
        "seats": [
            (seat_in_words(seat, language=known), seat["ticket_type"])
            for seat in record["seat_details"]
        ],
        "qr": f"{site}/tickets/{signed}",
        "code": record["ticket_code"],
    }
    return orjson.dumps(ticket)


def seats(*, public_id: str) -> dict[str, str]:
    """Return the seats of a booking in words, by language; empty if there is no such booking."""
    stored = Reservation.objects.filter(public_id=public_id).only("pk").first()
    if stored is None:
        return {}
    details = booking_records.reservation(reservation_id=stored.pk)["seat_details"]
    return {each: seats_in_words(details, language=each) for each in LANGUAGES if details}


def calendar_file(
    *, public_id: str, url: str, host: str, organizer: str, worded: Callable[[str], str]
) -> CalendarFile | None:
    """Return the event of a booking in iCalendar's format (RFC 5545); None without such a booking.

    The entry has the same UID each time, so a newer file replaces it: its SEQUENCE and times follow
    the changes of the event and the booking, and the file of a booking that has ended removes it
    (RFC 5546). `url` is the link to the booking, and `organizer` the address that mails it.
    `worded` makes the organiser's words harmless.
    """
    stored = Reservation.objects.filter(public_id=public_id).select_related("event").first()
    if stored is None:
        return None
    event, begins = stored.event, stored.event.date.astimezone(ZoneInfo(stored.event.time_zone))
    is_over = stored.status != Reservation.Status.CONFIRMED
    version = calendar_version(event, stored)
    entry = Event()
    entry.add("uid", f"reservation-{public_id}@{host}")
    entry.add("sequence", version.sequence)
    entry.add("dtstamp", version.changed_at)
    entry.add("last-modified", version.changed_at)
    entry.add("dtstart", begins)
    ends = event.ends_at
    entry.add("dtend", ends.astimezone(begins.tzinfo) if ends else begins + _DURATION)
    entry.add("summary", worded(event.name))
    place = (worded(event.venue), worded(event.address))
    entry.add("location", ", ".join(part for part in place if part))
    entry.add("url", url)
    entry.add("status", "CANCELLED" if is_over else "CONFIRMED")
    entry.add("organizer", f"mailto:{organizer}")
    method = "CANCEL" if is_over else "PUBLISH"
    calendar = Calendar()
    calendar.add("prodid", "-//Seatcast//Reservations//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return CalendarFile(method, calendar.to_ical().decode())


def _is_unpaid(ticket: str) -> bool:
    """Return whether a signed ticket says that it is not paid."""
    return ticket.rsplit(".", 2)[1].endswith("U")
