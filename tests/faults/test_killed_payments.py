"""A server is killed at each step of a Stripe payment: there is a booking and a charge, or neither.

A step is a commit or a call to Stripe, before and after. A run without a kill tells which there
are, so that none is missed. Then another process goes on, and the shop's books are compared with
Stripe's.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pytest_django import Settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, UnlockSeats
from reservations.domain.states import PaymentStatus, Person
from reservations.models import Event, Payment, Reservation
from reservations.payments import checkout, open_payments, refunds
from tests.factories import make_event, make_person, make_user, seat_ids
from tests.faults.forking import ASKING_FIRST
from tests.faults.forks import Fork, Forks, forks
from tests.reservations.payments.books import faults_of, order_of, sold
from tests.reservations.payments.stripe_books import disagreements
from tests.reservations.payments.stripe_like import StripeLike, notice, running, selling_with
from tests.servers import HOST
from tests.tables import empty_tables

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PRICE = 10_000


@dataclass
class Sale:
    """Alice holds two seats of an event, and pays with Stripe."""

    forks: Forks
    stripe: StripeLike
    event: Event = field(default_factory=make_event)
    alice: Person = field(default_factory=lambda: make_person("alice"))

    def __post_init__(self) -> None:
        self.stripe.reset()
        CommandQueue(self.event.pk).submit(LockSeats(self.alice, seat_ids(self.event)[:2]))

    @property
    def payment(self) -> Payment:
        """The newest payment."""
        return Payment.objects.latest("pk")

    @property
    def booking(self) -> Reservation:
        return Reservation.objects.get()

    def post(
        self, fork: Fork, path: str, body: Any, *, by: str = "alice", **headers: str
    ) -> httpx.Response | None:
        """Return what the server answers; None if it died."""
        token = AccessToken.for_user(User.objects.get(username=by))
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
        content = body if isinstance(body, str) else json.dumps(body)
        url = f"http://{HOST}:{fork.port}/api/{path}"
        try:
            answer = httpx.post(url, content=content, headers=sent, timeout=60)
        except httpx.TransportError:
            return None
        assert answer.status_code < 300, answer.text
        return answer


def opened(sale: Sale) -> None:
    checkout.reserve(order_of(sale.event, sale.alice))


def authorised(sale: Sale) -> None:
    opened(sale)
    sale.stripe.pay(sale.payment.provider_reference)


def booked(sale: Sale) -> None:
    authorised(sale)
    open_payments.advance(sale.payment.reference)


def expired(sale: Sale) -> None:
    opened(sale)
    Payment.objects.update(expires_at=sale.payment.created_at - timedelta(days=1))


def authorised_for_lost_seats(sale: Sale) -> None:
    authorised(sale)
    CommandQueue(sale.event.pk).submit(UnlockSeats(sale.alice, seat_ids(sale.event)[:1]))


def booked_with_an_authorisation_that_ended(sale: Sale) -> None:
    authorised(sale)
    with sale.forks.server(dies_at="before POST capture 1") as fork:
        assert returns(sale, fork) is None
    assert sale.payment.status == PaymentStatus.AUTHORISED
    sale.stripe.cancel(sale.payment.provider_reference)


def reserves(sale: Sale, fork: Fork) -> httpx.Response | None:
    body = {"seat_ids": seat_ids(sale.event)[:2], "payment_method": "card"}
    return sale.post(fork, f"events/{sale.event.pk}/reserve/", body)


def returns(sale: Sale, fork: Fork) -> httpx.Response | None:
    return sale.post(fork, f"payments/{sale.payment.reference}/refresh/", {})


def is_noticed(sale: Sale, fork: Fork) -> httpx.Response | None:
    intent = {"object": "payment_intent", "id": sale.payment.provider_reference}
    sent = notice("payment_intent.amount_capturable_updated", intent)
    signature = sent["HTTP_STRIPE_SIGNATURE"]
    return sale.post(fork, "payments/notices/", sent["data"], **{"Stripe-Signature": signature})


def gives_up(sale: Sale, fork: Fork) -> httpx.Response | None:
    return sale.post(fork, f"payments/{sale.payment.reference}/cancel/", {})


def cancels(sale: Sale, fork: Fork) -> httpx.Response | None:
    return sale.post(fork, f"reservations/{sale.booking.public_id}/cancel/", {})


def moves(sale: Sale, fork: Fork) -> httpx.Response | None:
    """Have an organiser move a seat to one that costs 20.00 less, which is refunded."""
    old, _, new, _ = seat_ids(sale.event)
    sale.event.seats.filter(pk=new).update(price="30.00")
    if not User.objects.filter(username="boss").exists():
        make_user("boss", is_superuser=True)
    body = {"moves": {str(old): new}, "settling": "provider"}
    return sale.post(fork, f"reservations/{sale.booking.public_id}/move/", body, by="boss")


def the_buyer_goes_on(sale: Sale) -> None:
    if not Payment.objects.filter(status=PaymentStatus.OPEN).exists():
        opened(sale)
    sale.stripe.pay(sale.payment.provider_reference)
    open_payments.advance(sale.payment.reference)


def the_buyer_gives_up(sale: Sale) -> None:
    open_payments.give_up(sale.payment.reference)


def the_buyer_cancels(sale: Sale) -> None:
    if sale.booking.status == Reservation.Status.CONFIRMED:
        refunds.cancel(event_id=sale.event.pk, actor=sale.alice, reservation_id=sale.booking.pk)


def the_organiser_moves(sale: Sale) -> None:
    if sale.booking.settlements.count() == 0:
        with sale.forks.server() as fork:
            moves(sale, fork)


def nobody_does_anything(_: Sale) -> None:
    pass


@dataclass(frozen=True)
class Case:
    """What happens before; what the killed process does, None to reconcile; what people do then."""

    before: Callable[[Sale], None]
    killed: Callable[[Sale, Fork], httpx.Response | None] | None
    then: Callable[[Sale], None]
    taken: int


CASES = {
    "start": Case(nobody_does_anything, reserves, the_buyer_goes_on, PRICE),
    "return": Case(authorised, returns, nobody_does_anything, PRICE),
    "notice": Case(authorised, is_noticed, nobody_does_anything, PRICE),
    "reconciliation": Case(authorised, None, nobody_does_anything, PRICE),
    "lost seats": Case(authorised_for_lost_seats, returns, nobody_does_anything, 0),
    "ended authorisation": Case(
        booked_with_an_authorisation_that_ended, None, nobody_does_anything, 0
    ),
    "end": Case(expired, None, nobody_does_anything, 0),
    "giving up": Case(opened, gives_up, the_buyer_gives_up, 0),
    "cancellation": Case(booked, cancels, the_buyer_cancels, 0),
    "cheaper seat": Case(booked, moves, the_organiser_moves, PRICE - 2_000),
}


@pytest.fixture(scope="module")
def stripe_like() -> Iterator[StripeLike]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def processes(
    stripe_like: StripeLike, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forks]:
    with forks(tmp_path_factory.mktemp("forks"), **stripe_like.settings) as found:
        yield found


@pytest.fixture(autouse=True)
def _sells_with_stripe(stripe_like: StripeLike, settings: Settings) -> Iterator[None]:
    with selling_with(stripe_like, settings):
        yield


def _run(case: Case, sale: Sale, *, dies_at: str = "") -> list[str]:
    """Return the steps of the process that is to be killed."""
    case.before(sale)
    if case.killed is None:
        return sale.forks.reconcile(dies_at=dies_at)
    with sale.forks.server(dies_at=dies_at) as fork:
        answer = case.killed(sale, fork)
        assert (answer is None) == bool(dies_at), f"not killed at {dies_at}"
        return fork.steps


def _go_on(case: Case, sale: Sale) -> None:
    """Have another process go on, and compare the books."""
    sale.forks.reconcile()
    assert disagreements(sale.stripe) == []
    assert faults_of(sale.event) == []
    case.then(sale)
    assert disagreements(sale.stripe) == []
    assert faults_of(sale.event) == []
    assert (sale.stripe.taken, sold(sale.event)) == (case.taken, 2 if case.taken else 0)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("start", "after POST payment_intents 1"),
        ("return", "before POST capture 1"),
        ("cancellation", "after POST refunds 1"),
    ],
)
def test_a_killed_server_leaves_a_booking_and_a_charge_or_neither(
    name: str, step: str, processes: Forks, stripe_like: StripeLike
) -> None:
    sale = Sale(processes, stripe_like)
    _run(CASES[name], sale, dies_at=step)
    _go_on(CASES[name], sale)


@pytest.mark.thorough
@pytest.mark.parametrize("name", CASES)
def test_a_server_may_be_killed_at_any_step(
    name: str, processes: Forks, stripe_like: StripeLike
) -> None:
    case = CASES[name]
    sale = Sale(processes, stripe_like)
    steps = _run(case, sale)
    _go_on(case, sale)
    # Otherwise commits or calls would not be recorded, and nothing be killed there.
    assert {"commit", "call"} == {"commit" if "commit" in step else "call" for step in steps}
    for step in steps:
        empty_tables()
        sale = Sale(processes, stripe_like)
        assert _run(case, sale, dies_at=step)[-1] == step
        try:
            _go_on(case, sale)
        except AssertionError as error:
            error.add_note(f"killed at: {step}; all steps: {steps}")
            raise


@pytest.mark.thorough
def test_a_payment_that_is_not_stored_before_stripe_is_asked_is_found_out(
    processes: Forks, stripe_like: StripeLike
) -> None:
    """The negative control."""
    sale = Sale(processes, stripe_like)
    with processes.server(dies_at="after POST payment_intents 1", breaks=ASKING_FIRST) as fork:
        assert reserves(sale, fork) is None
    processes.reconcile()
    [intent] = stripe_like.intents
    assert disagreements(stripe_like) == [f"the shop does not know payment {intent.reference}"]
