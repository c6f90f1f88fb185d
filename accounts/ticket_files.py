"""What mail says about bookings, and attaches, by what is registered here (`config/apps.py`)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol


class GuestBooking(Protocol):
    """A booking as the mail with a guest's links names it; `begins` is in the event's zone."""

    @property
    def person_id(self) -> int: ...
    @property
    def public_id(self) -> str: ...
    @property
    def event_name(self) -> str: ...
    @property
    def begins(self) -> datetime: ...


class CalendarFile(Protocol):
    """A file in iCalendar's format, and its method."""

    @property
    def method(self) -> str: ...
    @property
    def text(self) -> str: ...


class TicketFiles(Protocol):
    """What knows the bookings."""

    def booking_fragment(self, *, public_id: str, address: str) -> str:
        """Return the URL fragment of the link to a booking that is mailed to its own address."""

    def ticket_qr(self, *, public_id: str, site: str) -> bytes | None:
        """Return a PNG, or None while the ticket admits nobody."""

    def ticket_pdf(self, *, public_id: str, site: str, language: str) -> bytes | None:
        """Return a PDF, or None while the ticket admits nobody."""

    def seats(self, *, public_id: str) -> Mapping[str, str]:
        """Return the booking's seats in words, by language; empty if there is no such booking."""

    def calendar_file(
        self, *, public_id: str, url: str, host: str, organizer: str, worded: Callable[[str], str]
    ) -> CalendarFile | None:
        """Return a file in iCalendar's format, which removes the entry of an ended booking.

        `url` is the link to the booking, and `organizer` the address that mails it. `worded` makes
        the organiser's words harmless.
        """

    def guest_bookings(self, *, person_ids: Collection[int], most: int) -> Sequence[GuestBooking]:
        """Return so many bookings of guests, paid ones first, then the newest."""


_registered: list[TicketFiles] = []


def register(implementation: TicketFiles) -> None:
    """Have the files and the words of mail about bookings made by `implementation`."""
    _registered[:] = [implementation]


def ticket_files() -> TicketFiles:
    """Return what knows the bookings."""
    return _registered[0]
