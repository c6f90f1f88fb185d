"""The money of bookings by way of payment: online, by payment, and at the box office. Pure.

A booking's money is the amount of its own payment, and the amounts of its settlements. Refunds
count as gone from the moment that they are due, unless the provider says that they have failed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from reservations.domain.states import PaymentStatus

_ZERO = Decimal(0)
# An own payment of another status was given back as a whole, or never taken.
KEPT = (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED)


class SettlementRow(NamedTuple):
    """What a settlement says of its booking's money. `payment` is None for box-office money."""

    reservation_id: int
    kind: str
    status: str
    payment: str | None
    amount: Decimal
    at: datetime


class Held(NamedTuple):
    """What pays for a booking, at most its total: by the references of payments, and here."""

    online: Mapping[str, Decimal]
    here: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.online.values(), self.here)


@dataclass(slots=True)
class Balance:
    """Signed sums of a booking's money by way of payment."""

    online: dict[str, Decimal] = field(default_factory=dict)
    here: Decimal = _ZERO

    def add(self, payment: str | None, amount: Decimal) -> None:
        if payment is None:
            self.here += amount
        else:
            self.online[payment] = self.online.get(payment, _ZERO) + amount

    @property
    def total(self) -> Decimal:
        return sum(self.online.values(), self.here)

    def held(self, price: Decimal) -> Held:
        """Return what pays for a booking of this price: first what the provider can refund.

        What the box office paid back of money that came online is missing from the latter.
        """
        online: dict[str, Decimal] = {}
        left = price
        for payment, amount in self.online.items():
            online[payment] = min(max(amount, _ZERO), left)
            left -= online[payment]
        return Held(online, min(max(self.here, _ZERO), left))

    def given_back(self, price: Decimal) -> Held:
        """Return what the buyer of a booking of this price gets back if it is cancelled.

        The provider refunds what it has of the price, and the box office owes the rest.
        """
        online = self.held(price).online
        return Held(online, max(self.total - sum(online.values(), _ZERO), _ZERO))

    def owed(self, price: Decimal) -> Decimal:
        """Return what the buyer of a booking is owed by the box office; `price` is 0 if it ended.

        It is what the booking has beyond its price, whichever way it was paid.
        """
        return max(self.total - price, _ZERO)


def balances(
    payments: Iterable[tuple[int, str, Decimal]], rows: Iterable[SettlementRow]
) -> dict[int, Balance]:
    """Return the balances of bookings that have any money.

    `payments` are their own ones, as booking, reference and amount; only those that are `KEPT`.
    """
    found: dict[int, Balance] = {}
    for number, reference, amount in payments:
        found.setdefault(number, Balance()).add(reference, amount)
    for row in rows:
        if row.status != PaymentStatus.REFUND_FAILED:
            found.setdefault(row.reservation_id, Balance()).add(row.payment, row.amount)
    return found
