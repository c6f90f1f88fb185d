"""What the shop's payments and Stripe's own objects say about each other."""

from collections import defaultdict
from collections.abc import Iterator

from reservations.domain.states import PaymentStatus
from reservations.models import Payment, Settlement
from reservations.models.payments import UNFINISHED
from reservations.payments.stripe_amounts import minor_units
from tests.reservations.payments.stripe_like import StripeLike

# What Stripe's intent is to be, by the payment's status; None for one that was never created.
_INTENTS: dict[PaymentStatus, set[str | None]] = {
    PaymentStatus.OPEN: {"requires_payment_method", "requires_capture"},
    PaymentStatus.CAPTURED: {"succeeded"},
    PaymentStatus.REFUNDED: {"succeeded"},
    # One that was captured meanwhile was refunded instead.
    PaymentStatus.VOIDED: {"canceled", "succeeded"},
    PaymentStatus.DECLINED: {"canceled", None},
}


def disagreements(stripe_like: StripeLike) -> list[str]:
    """Return where the shop and Stripe disagree once all payments are finished, or open."""
    return list(_disagreements(stripe_like))


def _disagreements(stripe_like: StripeLike) -> Iterator[str]:
    intents = defaultdict(list)
    for intent in stripe_like.intents:
        intents[intent.reference].append(intent)
    payments = {each.reference: each for each in Payment.objects.all()}
    for reference in intents.keys() - payments.keys():
        yield f"the shop does not know payment {reference}"
    refunds = defaultdict(list)
    for refund in stripe_like.refunds:
        refunds[refund.intent].append((refund.reference, refund.amount))
    for reference, payment in payments.items():
        status, named = PaymentStatus(payment.status), f"payment {reference} ({payment.status})"
        if status in UNFINISHED and status != PaymentStatus.OPEN:
            yield f"{named} is not finished"
            continue
        found = intents[reference]
        if len(found) > 1:
            yield f"{named} has {len(found)} intents"
        intent = found[0] if found else None
        stage = None if intent is None else intent.status
        if stage not in _INTENTS[status]:
            yield f"{named} is {stage} at Stripe"
        if intent is None:
            continue
        amount = minor_units(payment.amount, payment.currency)
        if intent.amount != amount:
            yield f"{named} costs {amount}, at Stripe {intent.amount}"
        expected = _refunds(payment, is_taken=stage == "succeeded")
        if sorted(refunds[intent.id]) != sorted(expected):
            yield f"{named} has refunds {expected}, at Stripe {refunds[intent.id]}"


def _refunds(payment: Payment, *, is_taken: bool) -> list[tuple[str, int]]:
    """Return the refunds that Stripe is to have made: references and amounts in minor units."""
    if payment.status == PaymentStatus.REFUNDED or (
        payment.status == PaymentStatus.VOIDED and is_taken
    ):
        return [(payment.reference, minor_units(payment.amount, payment.currency))]
    parts = Settlement.objects.filter(payment=payment, status=PaymentStatus.REFUNDED)
    return [(part.reference, minor_units(-part.amount, part.currency)) for part in parts]
