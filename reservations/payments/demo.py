"""A demo payment provider, which charges nobody.

The payment method selects the outcome. Its charges are stored in a table of their own, in a
transaction per call, as a remote provider would.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from django.conf import settings
from django.db import Error, transaction

from reservations import database
from reservations.domain.errors import PaymentDeclined, PaymentUnavailable
from reservations.models import DemoCharge, DemoRefund
from reservations.payments.provider import AlreadyCaptured

_Status = DemoCharge.Status
_METHODS = {
    "card": "Card",
    "card_declined": "Card that is declined",
    "card_slow": "Card of a slow bank",
    "card_lost": "Card whose bank's first answers are lost",
    "card_withdrawn": "Card that is blocked after the booking",
}


class DemoProvider:
    """Approves `card`; the other methods simulate problems."""

    @property
    def methods(self) -> Mapping[str, str]:
        return _METHODS

    @property
    def demo_outcomes(self) -> Mapping[str, str]:
        """What the methods simulate: "success" or "problem"."""
        return {code: "success" if code == "card" else "problem" for code in _METHODS}

    def authorise(self, *, reference: str, amount: Decimal, currency: str, method: str) -> None:
        if method == "card_slow":
            database.release_connection()
            time.sleep(settings.SEATCAST_DEMO_SLOW_SECONDS)
        refused = method == "card_declined"
        with self._charge("authorise", reference) as charge:
            if not charge.status:
                charge.method, charge.amount, charge.currency = method, amount, currency
                charge.status = _Status.DECLINED if refused else _Status.AUTHORISED
            declined = charge.status in {_Status.DECLINED, _Status.VOIDED}
        if declined:
            raise PaymentDeclined

    def capture(self, *, reference: str) -> None:
        with self._charge("capture", reference) as charge:
            if charge.status == _Status.AUTHORISED and charge.method != "card_withdrawn":
                charge.status = _Status.CAPTURED
            captured = charge.status in {_Status.CAPTURED, _Status.REFUNDED}
        if not captured:
            raise PaymentDeclined

    def void(self, *, reference: str) -> None:
        with self._charge("void", reference) as charge:
            if charge.status in {"", _Status.AUTHORISED}:
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
