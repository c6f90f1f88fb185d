"""A provider in memory whose refunds take time and fail, and whose dashboard refunds as well."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from reservations.models import Payment
from reservations.payments.demo import DemoProvider
from reservations.ports.payment_provider import (
    FoundRefund,
    RefundFailed,
    RefundPending,
    RefundStage,
)

_STAGES = [RefundStage.MADE] * 3 + [RefundStage.PENDING, RefundStage.FAILED]


class Refunding(DemoProvider):
    """The demo's provider, with refunds that end by chance."""

    chance: ClassVar[random.Random] = random.Random()
    made: ClassVar[defaultdict[str, list[FoundRefund]]] = defaultdict(list)

    @classmethod
    def begin(cls, seed: int) -> None:
        cls.chance = random.Random(seed)
        cls.made.clear()

    def refund(self, *, reference: str) -> None:
        amount = Payment.objects.values_list("amount", flat=True).get(reference=reference)
        self.refund_part(reference=reference, refund=reference, amount=amount)

    def refund_part(self, *, reference: str, refund: str, amount: Decimal) -> None:
        own = [each for each in self.made[reference] if each.reference == refund]
        if not own:
            wanted = min(amount, left_of(reference))
            own = [FoundRefund(f"re_{refund}", refund, wanted, self.chance.choice(_STAGES))]
            self.made[reference] += own
        if own[0].stage is RefundStage.FAILED:
            raise RefundFailed
        if own[0].stage is RefundStage.PENDING:
            raise RefundPending

    def refunds(self, *, reference: str) -> Sequence[FoundRefund]:
        return self.made[reference]


def left_of(reference: str) -> Decimal:
    """Return what of a payment was not refunded yet."""
    amount = Payment.objects.values_list("amount", flat=True).get(reference=reference)
    gone = [each for each in Refunding.made[reference] if each.stage is not RefundStage.FAILED]
    return amount - sum((each.amount for each in gone), Decimal(0))


def refund_in_dashboard(reference: str, amount: Decimal) -> None:
    made = Refunding.made[reference]
    made.append(FoundRefund(f"re_{reference}_{len(made)}", "", amount, RefundStage.MADE))


def decide(reference: str, stage: RefundStage) -> None:
    """End a payment's newest refund; one that has failed stays so."""
    made = Refunding.made[reference]
    if made and made[-1].stage is not RefundStage.FAILED:
        made[-1] = replace(made[-1], stage=stage)


def paid_out() -> Decimal:
    """Return what the provider has refunded of all payments."""
    found = [each for made in Refunding.made.values() for each in made]
    return sum((each.amount for each in found if each.stage is RefundStage.MADE), Decimal(0))
