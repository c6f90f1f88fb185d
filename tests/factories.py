"""Minimal rows and clients for tests."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import MarkPaid
from reservations.domain.states import AllocationKind, PaymentStatus, Person, SeatStatus
from reservations.models import Allocation, DemoCharge, Event, Payment, PromoCode, Reservation, Seat

PASSWORD = "a-long-enough-word"

_numbers = count(1)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=timezone.now)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def make_user(name: str = "", *, password: str | None = None, **fields: Any) -> User:
    """Create a user. Without `password` it has none, which is much faster."""
    name = name or f"buyer{next(_numbers)}"
    return User.objects.create(username=name, password=_hash(password), **fields)


@cache
def _hash(password: str | None) -> str:
    return make_password(password)


def make_person(name: str = "") -> Person:
    """Create a user and return it as commands refer to it."""
    return person(make_user(name))


def person(user: User) -> Person:
    return Person(user.pk, user.username)


def make_event(*, seats: int = 4, **fields: Any) -> Event:
    """Create a public event on sale, with seats A1, A2 and so on for 50.00 each."""
    event = Event.objects.create(
        **{
            "name": "Concert",
            "venue": "Hall",
            "date": timezone.now() + timedelta(days=30),
            "price": "50.00",
            "layout": "plan",
            "plan": {"width": 100.0, "height": 100.0, "seat_radius": 9.0, "shapes": []},
            **fields,
        }
    )
    Seat.objects.bulk_create(
        Seat(event=event, seat_number=f"A{number}", guid=f"A-{number}", row="A", number=str(number))
        for number in range(1, seats + 1)
    )
    return event


def stored_id(answer: Any) -> int:
    """Return the primary key of the reservation in a command's result."""
    return Reservation.objects.get(public_id=answer["reservation"]["id"]).pk


def pay_for(public_id: str) -> None:
    """Mark an unpaid reservation as paid."""
    booked = Reservation.objects.get(public_id=public_id)
    CommandQueue(booked.event_id).submit(MarkPaid(make_person(), booked.pk))


def make_open_payment(
    event: Event, user: User, *, status: PaymentStatus = PaymentStatus.OPEN
) -> Payment:
    """Store a payment whose bank asks the buyer, here and at the demo's provider."""
    now, reference = timezone.now(), secrets.token_hex(16)
    DemoCharge.objects.create(
        reference=reference,
        method="card_asking",
        amount=50,
        currency="EUR",
        status=DemoCharge.Status.ASKING,
    )
    return Payment.objects.create(
        reference=reference,
        event=event,
        user=user,
        method="card_asking",
        amount=50,
        currency="EUR",
        status=status,
        expires_at=now + timedelta(minutes=15),
        order={"seat_ids": [], "ticket_types": [], "expected_total": None},
        created_at=now,
        updated_at=now,
    )


def permitted(user: User, *permissions: str) -> User:
    """Grant a user permissions, such as `reservations.scan_ticket`, and return it anew."""
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def seat_ids(event: Event) -> tuple[int, ...]:
    """Return the ids of an event's seats, in index order."""
    return tuple(Seat.objects.filter(event=event).order_by("pk").values_list("pk", flat=True))


def make_promo_code(event: Event, *seats: int, max_seats: int = 4, **fields: Any) -> PromoCode:
    """Keep seats of an event for a sponsor, and create a code that opens them."""
    now = timezone.now()
    kept = Allocation.objects.create(
        event=event, kind=AllocationKind.CHANNEL, label="Sponsor", created_at=now
    )
    Seat.objects.filter(pk__in=seats).update(status=SeatStatus.BLOCKED, allocation=kept)
    return PromoCode.objects.create(
        **{
            "event": event,
            "allocation": kept,
            "code": "SPONSOR-2030",
            "max_seats": max_seats,
            "created_at": now,
            **fields,
        }
    )


def let_locks_run_out(event: Event) -> None:
    """Move the deadlines of all of an event's locks into the past."""
    Seat.objects.filter(event=event, status=SeatStatus.LOCKED).update(
        locked_until=timezone.now() - timedelta(seconds=1)
    )


class Browser(APIClient):
    """A client that does with the CSRF cookie what ours does: send its value in a header."""

    def request(self, **environ: Any) -> Any:
        if cookie := self.cookies.get("csrftoken"):
            environ.setdefault("HTTP_X_CSRFTOKEN", cookie.value)
        return super().request(**environ)


def stranger() -> APIClient:
    """Return an anonymous browser."""
    client = _client(Browser)
    client.cookies["csrftoken"] = secrets.token_hex(16)
    return client


def signed_in(user: User) -> APIClient:
    """Return a browser with a user's session."""
    client = stranger()
    client.force_login(user)
    return client


def with_session(key: str) -> APIClient:
    """Return a browser with a session that was begun before."""
    client = stranger()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def signed_in_without_csrf(user: User) -> APIClient:
    client = _client()
    client.force_login(user)
    return client


def with_token(user: User) -> APIClient:
    """Return a client with an access token and no cookies."""
    client = _client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
    return client


def _client(kind: type[APIClient] = APIClient) -> APIClient:
    # Each client has its own address, so that they do not share login throttles.
    address = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
    client = kind(enforce_csrf_checks=True, raise_request_exception=False, REMOTE_ADDR=address)
    client.default_format = "json"
    return client
