"""An organisation with an event, and deliveries in the test's own thread."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from organisations.models import Membership, Organisation
from organisations.roles import Role
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    AdmitSeats,
    CancelReservation,
    Command,
    LockSeats,
    MarkPaid,
    ReserveSeats,
)
from reservations.domain.states import Person
from reservations.models import Event, Reservation
from tests.factories import make_event, make_person, make_user, person, seat_ids
from webhooks import numbering, services, worker
from webhooks.models import KINDS, Delivery, Endpoint, Message


@dataclass
class Box:
    """An event of an organisation, with a buyer and an owner who sends commands."""

    organisation: Organisation
    event: Event
    owner: Person
    buyer: Person

    def submit(self, command: Command) -> Any:
        return CommandQueue(self.event.pk).submit(command)

    def book(self, *places: int, method: str = "invoice") -> str:
        """Book the seats at these places; return the booking's public id."""
        seats = tuple(seat_ids(self.event)[place] for place in places)
        self.submit(LockSeats(self.buyer, seats))
        booked = self.submit(ReserveSeats(self.buyer, seats, method))
        return str(booked["reservation"]["id"])

    def pay(self, booking: str) -> None:
        self.submit(MarkPaid(self.owner, self._stored(booking)))

    def admit(self, booking: str, gate: str = "") -> None:
        self.submit(AdmitSeats(self.owner, self._stored(booking), gate=gate))

    def cancel(self, booking: str) -> None:
        self.submit(CancelReservation(self.buyer, self._stored(booking)))

    def endpoint(self, url: str, kinds: list[str] = KINDS) -> Endpoint:
        """Create an endpoint; its secret is in the attribute `plain_secret`."""
        made = services.create(
            organisation_id=self.organisation.pk, url=url, kinds=kinds, description=""
        )
        made.endpoint.plain_secret = made.secret  # type: ignore[attr-defined]
        return made.endpoint

    def messages(self) -> list[Message]:
        return list(Message.objects.filter(organisation=self.organisation).order_by("pk"))

    def _stored(self, booking: str) -> int:
        return Reservation.objects.get(public_id=booking).pk


def make_box(name: str = "Choir", **fields: Any) -> Box:
    organisation = Organisation.objects.create(name=name)
    owner = make_user()
    Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    event = make_event(organisation=organisation, **fields)
    return Box(organisation, event, person(owner), make_person())


def deliver(endpoint: Endpoint) -> None:
    """Deliver what is due, in the test's own thread."""
    numbering.number_all()
    Endpoint.objects.filter(pk=endpoint.pk).update(rest_until=None)
    worker.deliver(endpoint.pk)


def make_due(endpoint: Endpoint) -> None:
    """Let the time until the next attempt be over."""
    pending = endpoint.deliveries.filter(state=Delivery.State.PENDING)
    pending.update(due_at=timezone.now())
