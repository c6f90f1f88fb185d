"""A demo payment provider, which charges nobody.

The payment method selects the outcome. Its charges are stored in a table of their own, in a
transaction per call, as a remote provider would. With `card_asking` the buyer is led to a page of
the demo's bank (`demo_bank.py`).
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from django.conf import settings
from django.db import Error, transaction

from infrastructure.slow_work.database import without_database
from reservations.domain.errors import PaymentDeclined, PaymentUnavailable
from reservations.models import DemoCharge, DemoRefund
from reservations.payments.pages import page_url
from reservations.ports.payment_provider import AlreadyCaptured, Progress, Request, Stage

ASKING = "card_asking"
_Status = DemoCharge.Status
_STAGES = {
    _Status.ASKING: Stage.ACTION,
    _Status.AUTHORISED: Stage.AUTHORISED,
    _Status.CAPTURED: Stage.CAPTURED,
    _Status.REFUNDED: Stage.CAPTURED,
}
_METHODS = {
    "card": "Card",
    ASKING: "Card whose bank asks first",
    "card_declined": "Card that is declined",
    "card_slow": "Card of a slow bank",
    "card_lost": "Card whose bank's first answers are lost",
    "card_withdrawn": "Card that is blocked after the booking",
}


class DemoProvider:
    """Approves `card`, and leaves `card_asking` to the buyer; the others simulate problems."""

    @property
    def methods(self) -> Mapping[str, str]:
        return _METHODS

    @property
    def demo_outcomes(self) -> Mapping[str, str]:
        """What the methods simulate: "success" or "problem"."""
        works = {"card", ASKING}
        return {code: "success" if code in works else "problem" for code in _METHODS}

    def start(self, request: Request) -> Progress:
        if request.method == "card_slow":
            with without_database():
                time.sleep(settings.SEATCAST_DEMO_SLOW_SECONDS)
        begins_as = {"card_declined": _Status.DECLINED, ASKING: _Status.ASKING}
        with self._charge("start", request.reference) as charge:
            if not charge.status:
                charge.method = request.method
                charge.amount, charge.currency = request.amount, request.currency
                charge.status = begins_as.get(request.method, _Status.AUTHORISED)
        return _progress(charge)

    def look_up(self, *, reference: str) -> Progress:
        try:
            found = DemoCharge.objects.filter(reference=reference).first()
        except Error:
            raise PaymentUnavailable from None
        return _progress(found)

    def answer_bank(self, *, reference: str, approves: bool) -> None:
        """Store what the buyer answered their bank, if it still waits for that."""
        with self._charge("answer", reference) as charge:
            if charge.status == _Status.ASKING:
                charge.status = _Status.AUTHORISED if approves else _Status.DECLINED

    def capture(self, *, reference: str) -> None:
        with self._charge("capture", reference) as charge:
            if charge.status == _Status.AUTHORISED and charge.method != "card_withdrawn":
                charge.status = _Status.CAPTURED
            captured = charge.status in {_Status.CAPTURED, _Status.REFUNDED}
        if not captured:
            raise PaymentDeclined

    def void(self, *, reference: str) -> None:
        with self._charge("void", reference) as charge:
            if charge.status in {"", _Status.ASKING, _Status.AUTHORISED}:
                charge.status = _Status.VOIDED
            captured = charge.status == _Status.CAPTURED
        if captured:
            raise AlreadyCaptured

    def refund(self, *, reference: str) -> None:
        with self._charge("refund", reference) as charge:
            if charge.status == _Status.CAPTURED:
                charge.status = _Status.REFUNDED

    def refund_part(self, *, reference: str, refund: str, amount: Decimal) -> None:
        try:
            with transaction.atomic():
                charge = DemoCharge.objects.select_for_update().get(reference=reference)
                _, is_new = DemoRefund.objects.get_or_create(
                    reference=refund, defaults={"charge": charge, "amount": amount}
                )
                is_lost = is_new and charge.method == "card_lost"
        except Error:
            raise PaymentUnavailable from None
        if is_lost:
            raise PaymentUnavailable

    @contextmanager
    def _charge(self, call: str, reference: str) -> Iterator[DemoCharge]:
        """Load a charge, save it after the block, and lose the answer for `card_lost`.

        Raises: PaymentUnavailable.
        """
        try:
            with transaction.atomic():
                DemoCharge.objects.get_or_create(reference=reference, defaults={"amount": 0})
                charge = DemoCharge.objects.select_for_update().get(reference=reference)
                yield charge
                is_lost = charge.method == "card_lost" and charge.answered != call
                charge.answered = call
                charge.save()
        except Error:
            raise PaymentUnavailable from None
        if is_lost:
            raise PaymentUnavailable


def _progress(charge: DemoCharge | None) -> Progress:
    stage = Stage.FAILED if charge is None else _STAGES.get(_Status(charge.status), Stage.FAILED)
    if charge is None or stage is not Stage.ACTION:
        return Progress(stage=stage)
    return Progress(stage=stage, action_url=page_url("demo_bank", charge.reference))
