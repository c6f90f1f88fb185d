"""What the shop's books and the provider's say, and the command that reconciles them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reservations.audit.verification import Counts, differences
from reservations.domain.states import Person, SeatStatus
from reservations.models import DemoCharge, Event, Payment, Seat
from reservations.payments.checkout import Order
from tests.factories import seat_ids


def order_of(event: Event, who: Person, method: str = "card", key: str | None = None) -> Order:
    return Order(
        event_id=event.pk,
        actor=who,
        seat_ids=seat_ids(event)[:2],
        payment_method=method,
        key=key,
    )


def money() -> list[tuple[str, str]]:
    """Return each payment's stored status, and the provider's."""
    charges = dict(DemoCharge.objects.values_list("reference", "status"))
    return [
        (payment.status, charges.get(payment.reference, "unheard of"))
        for payment in Payment.objects.order_by("pk")
    ]


def sold(event: Event) -> int:
    return Seat.objects.filter(event=event, status=SeatStatus.RESERVED).count()


def held(event: Event) -> int:
    return Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count()


def reconcile(*, dry_run: bool = False, fails: bool = False) -> str:
    """Run the command on payments of any age; return what it wrote."""
    out = StringIO()
    arguments = ["--older-than=0", *(["--dry-run"] if dry_run else [])]
    if fails:
        with pytest.raises(CommandError):
            call_command("reconcile_payments", *arguments, stdout=out, stderr=out)
    else:
        call_command("reconcile_payments", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def faults_of(event: Event) -> list[str]:
    """Return what verify_ledger finds."""
    return list(differences(event_id=event.pk, counts=Counts()))
