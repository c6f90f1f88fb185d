"""The kinds of slow work, and how much of each a process admits.

An API server has 64 threads for requests. At most 18 of them wait for a turn here, 8 have one, and
16 (SEATCAST_MAX_PAYMENTS) call the payment provider, so 22 are always left for others.
"""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class InChild:
    """Work for a child process: a function from bytes to bytes, and the limits of the process."""

    function: str
    memory_mb: int
    """Of address space, all in all: a process takes less."""
    seconds: float
    """How long one piece of work may take; then the process is killed.

    Much longer than it takes: the process has a low priority, so a busy machine lets it wait.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How many have a turn and how many wait in this process, with the limits of one client.

    A place is a turn, or a place in the queue. The numbers apply to requests; background work only
    waits for its turn.
    """

    name: str
    at_a_time: int
    waiting: int
    places_per_person: int
    places_per_network: int
    patience_seconds: float = 15.0
    child: InChild | None = None


TICKET = Kind(
    name="ticket",
    at_a_time=1,
    waiting=4,
    places_per_person=2,
    places_per_network=3,
    child=InChild(function="reservations.tickets.ticket_pdf:drawn_file", memory_mb=320, seconds=60),
)
"""Drawing a ticket as PDF. Loading the font for Chinese, Japanese and Korean takes most."""

PICTURE = Kind(
    name="picture",
    at_a_time=1,
    waiting=2,
    places_per_person=1,
    places_per_network=2,
    child=InChild(
        function="reservations.organising.picture_files:encoded_file", memory_mb=512, seconds=60
    ),
)
"""Decoding an uploaded picture, and encoding it anew."""

PLAN = Kind(
    name="plan",
    at_a_time=2,
    waiting=8,
    places_per_person=8,
    places_per_network=8,
    patience_seconds=10.0,
)
"""Parsing a seating plan: each takes a core and 200 MB at most. A page may show several plans."""

FILE = Kind(name="file", at_a_time=2, waiting=0, places_per_person=1, places_per_network=2)
"""Writing a file of a sale, or of a person's data; a turn lasts as long as the file is read."""

PROVIDER = Kind(
    name="provider",
    at_a_time=settings.SEATCAST_MAX_PAYMENTS,
    waiting=4,
    places_per_person=2,
    places_per_network=settings.SEATCAST_MAX_PAYMENTS,
)
"""Calling the payment provider. Whoever pays holds seats, so a network may be a whole school."""

PAYMENT_PAGE = Kind(
    name="payment page", at_a_time=2, waiting=0, places_per_person=1, places_per_network=1
)
"""Asking the provider for what a payment's page shows."""

KINDS = (TICKET, PICTURE, PLAN, FILE, PROVIDER, PAYMENT_PAGE)
