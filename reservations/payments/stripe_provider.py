"""Cards through Stripe: payment intents that are captured after the booking.

The buyer fills in Stripe's form on a page of ours (`stripe_page.py`); card numbers never reach the
site. An intent is found by `Payment.provider_reference`, or, while that is not stored yet, by
creating it again with the same idempotency key.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from infrastructure.slow_work.database import without_database
from reservations.domain.errors import AmountTooSmall, PaymentDeclined, PaymentUnavailable
from reservations.domain.states import DisputeStatus
from reservations.models import Payment
from reservations.payments import stripe_amounts
from reservations.payments.pages import page_url
from reservations.payments.stripe_amounts import NotChargeable, main_units, minor_units
from reservations.ports.payment_provider import (
    AlreadyCaptured,
    FoundRefund,
    InvalidNotice,
    Progress,
    RefundFailed,
    RefundPending,
    RefundStage,
    Request,
    Stage,
)

METHOD = "card"
# A call must end within ten seconds, and some make two.
_TIMEOUT_SECONDS = 4
# How old a notice may be when it arrives.
_MAX_AGE_SECONDS = 300
# How many disputes reconciliation looks at: of several months, even at a large site.
_MAX_DISPUTES = 500
_STAGES = {
    "requires_payment_method": Stage.ACTION,
    "requires_confirmation": Stage.ACTION,
    "requires_action": Stage.ACTION,
    "processing": Stage.PENDING,
    "requires_capture": Stage.AUTHORISED,
    "succeeded": Stage.CAPTURED,
    "canceled": Stage.FAILED,
}
_REFUND_STAGES = {
    "succeeded": RefundStage.MADE,
    "failed": RefundStage.FAILED,
    "canceled": RefundStage.FAILED,
}
_DISPUTES = {
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "warning_needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "warning_under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "warning_closed": DisputeStatus.WON,
    "prevented": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}

logger = logging.getLogger(__name__)


class StripeProvider:
    """Takes cards through Stripe. Raises: ImproperlyConfigured without its keys."""

    def __init__(self) -> None:
        for name in ("SECRET_KEY", "PUBLISHABLE_KEY", "WEBHOOK_SECRET"):
            if not getattr(settings, f"SEATCAST_STRIPE_{name}"):
                raise ImproperlyConfigured(f"Stripe needs SEATCAST_STRIPE_{name}.")

    @property
    def methods(self) -> Mapping[str, str]:
        return {METHOD: "Card"}

    @property
    def demo_outcomes(self) -> Mapping[str, str]:
        """With a key for Stripe's test mode no money is taken."""
        return {METHOD: "success"} if is_test_mode() else {}

    def decimals(self, currency: str) -> int:
        return stripe_amounts.chargeable_decimals(currency)

    def start(self, request: Request) -> Progress:
        if not request.amount:
            # Stripe has no payments of nothing.
            return Progress(stage=Stage.AUTHORISED)
        minimum = stripe_amounts.minimum(request.currency)
        if minimum is not None and request.amount < minimum:
            raise AmountTooSmall(minimum=f"{minimum:.2f}", currency=request.currency)
        with _calling():
            try:
                intent = _create(request.reference, request.amount, request.currency)
            except (stripe.InvalidRequestError, NotChargeable) as error:
                if getattr(error, "code", None) == "amount_too_small":
                    raise AmountTooSmall from error
                logger.exception("Stripe refuses payment %s", request.reference)
                return Progress(stage=Stage.FAILED)
        return _progress(intent, request.reference)

    def look_up(self, *, reference: str) -> Progress:
        payment = _payment(reference)
        if not payment.amount:
            return Progress(stage=Stage.AUTHORISED)
        with _calling():
            return _progress(_intent(payment), reference)

    def capture(self, *, reference: str) -> None:
        payment = _payment(reference)
        if not payment.amount:
            return
        with _calling():
            intent = _intent(payment)
            if intent.status == "requires_capture":
                try:
                    intent = client().v1.payment_intents.capture(intent.id)
                except (stripe.InvalidRequestError, stripe.CardError):
                    # Another call was faster, or the authorisation has ended.
                    intent = _intent(payment)
        if intent.status == "requires_capture":
            raise PaymentUnavailable
        if intent.status != "succeeded":
            raise PaymentDeclined

    def void(self, *, reference: str) -> None:
        payment = _payment(reference)
        if not payment.amount:
            return
        with _calling():
            intent = _intent(payment)
            if intent.status not in {"canceled", "succeeded"}:
                try:
                    intent = client().v1.payment_intents.cancel(intent.id)
                except stripe.InvalidRequestError:
                    intent = _intent(payment)
        if intent.status == "succeeded":
            raise AlreadyCaptured
        if intent.status != "canceled":
            # The bank has not answered, and until then it cannot be voided.
            raise PaymentUnavailable

    def refund(self, *, reference: str) -> None:
        payment = _payment(reference)
        if payment.amount:
            self._refund(payment, reference, payment.amount)

    def refund_part(self, *, reference: str, refund: str, amount: Decimal) -> None:
        if not self._refund(_payment(reference), refund, amount):
            # It is known which refund made this one needless when refunds are read again.
            raise PaymentUnavailable

    def _refund(self, payment: Payment, refund: str, amount: Decimal) -> bool:
        """Refund an amount, or what is left of it. Return False if nothing is.

        Raises: RefundPending, RefundFailed.
        """
        with _calling():
            found = client().v1.payment_intents.retrieve(
                _intent(payment).id, {"expand": ["latest_charge"]}
            )
            # Stripe forgets idempotency keys after a day.
            made = {_reference(each): each for each in _refunds(found.id)}.get(refund)
            if made is None:
                charge: Any = found.latest_charge
                left = charge.amount - charge.amount_refunded
                wanted = min(minor_units(amount, payment.currency), left)
                if wanted <= 0:
                    return False
                made = client().v1.refunds.create(
                    {
                        "payment_intent": found.id,
                        "amount": wanted,
                        "metadata": {"reference": refund},
                    },
                    {"idempotency_key": f"{refund}-refund"},
                )
        if _refund_stage(made) is RefundStage.FAILED:
            raise RefundFailed
        if _refund_stage(made) is RefundStage.PENDING:
            raise RefundPending
        return True

    def refunds(self, *, reference: str) -> Sequence[FoundRefund]:
        payment = _payment(reference)
        if not payment.amount:
            return []
        with _calling():
            found = _refunds(_intent(payment).id)
        return [
            FoundRefund(
                each.id,
                _reference(each),
                main_units(each.amount, payment.currency),
                _refund_stage(each),
            )
            for each in found
        ]

    def dispute(self, *, reference: str) -> DisputeStatus | None:
        payment = _payment(reference)
        if not payment.provider_reference:
            return None
        with _calling():
            found = client().v1.disputes.list(
                {"payment_intent": payment.provider_reference, "limit": 1}
            )
        return _DISPUTES.get(found.data[0].status) if found.data else None

    def disputes(self) -> Mapping[str, DisputeStatus]:
        newest: dict[str, DisputeStatus] = {}
        with _calling():
            found = client().v1.disputes.list({"limit": 100})
            for each in islice(found.auto_paging_iter(), _MAX_DISPUTES):
                intent = _attribute(each, "payment_intent")
                if isinstance(intent, str) and each.status in _DISPUTES:
                    newest.setdefault(intent, _DISPUTES[each.status])
        known = Payment.objects.filter(provider_reference__in=newest)
        return {
            reference: newest[intent]
            for reference, intent in known.values_list("reference", "provider_reference")
        }

    def read_notice(self, *, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
        try:
            event = stripe.Webhook.construct_event(
                body,
                headers.get("Stripe-Signature", ""),
                settings.SEATCAST_STRIPE_WEBHOOK_SECRET,
                tolerance=_MAX_AGE_SECONDS,
            )
        except (ValueError, stripe.SignatureVerificationError):
            raise InvalidNotice from None
        found: Any = event.data.object
        is_intent = _attribute(found, "object") == "payment_intent"
        intent = _attribute(found, "id" if is_intent else "payment_intent")
        if not isinstance(intent, str) or not intent:
            return []
        known = Payment.objects.filter(provider_reference=intent)
        return list(known.values_list("reference", flat=True))


def is_test_mode() -> bool:
    """Return whether the key is one for Stripe's test mode."""
    return "_test_" in settings.SEATCAST_STRIPE_SECRET_KEY


@cache
def client() -> stripe.StripeClient:
    """Return the client, which has a connection for each thread."""
    return stripe.StripeClient(
        settings.SEATCAST_STRIPE_SECRET_KEY,
        base_addresses={"api": settings.SEATCAST_STRIPE_API_URL},
        http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
        # The checkout repeats calls itself.
        max_network_retries=0,
    )


def secret_of(payment: Payment) -> str:
    """Return the secret by which the buyer's browser pays. Raises: PaymentUnavailable."""
    with _calling():
        return str(_intent(payment).client_secret)


def _payment(reference: str) -> Payment:
    fields = ("reference", "amount", "currency", "provider_reference")
    return Payment.objects.only(*fields).get(reference=reference)


def _intent(payment: Payment) -> Any:
    if payment.provider_reference:
        return client().v1.payment_intents.retrieve(payment.provider_reference)
    created = _create(payment.reference, payment.amount, payment.currency)
    # A repeated creation is answered with the intent as it was at first.
    return client().v1.payment_intents.retrieve(created.id)


def _create(reference: str, amount: Decimal, currency: str) -> Any:
    """Create an intent, or return the one that was created with this reference."""
    return client().v1.payment_intents.create(
        {
            "amount": minor_units(amount, currency),
            "currency": currency.lower(),
            "capture_method": "manual",
            "allowed_payment_method_types": ["card"],
            "metadata": {"reference": reference},
        },
        {"idempotency_key": f"{reference}-start"},
    )


def _progress(intent: Any, reference: str) -> Progress:
    return Progress(
        stage=_STAGES.get(intent.status, Stage.PENDING),
        action_url=page_url("stripe_page", reference),
        provider_reference=intent.id,
        is_declined=bool(_attribute(intent, "last_payment_error")),
    )


def _refunds(intent_id: str) -> list[Any]:
    made = client().v1.refunds.list({"payment_intent": intent_id, "limit": 100})
    return list(made.auto_paging_iter())


def _refund_stage(refund: Any) -> RefundStage:
    """Return how far a refund is; one of an unknown status waits for its next notice."""
    return _REFUND_STAGES.get(refund.status, RefundStage.PENDING)


def _reference(found: Any) -> str:
    metadata = _attribute(found, "metadata")
    return str(_attribute(metadata, "reference") or "") if metadata else ""


def _attribute(found: Any, name: str) -> Any:
    return getattr(found, name, None)


@contextmanager
def _calling() -> Iterator[None]:
    """Call Stripe, without the database.

    Turn errors into PaymentUnavailable, and log those that no retry helps.
    """
    try:
        with without_database():
            yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise PaymentUnavailable from error
    except (stripe.StripeError, NotChargeable) as error:
        logger.exception("Stripe has refused a call")
        raise PaymentUnavailable from error
