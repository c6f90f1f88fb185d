"""What Seatcast asks of a payment provider."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


class AlreadyCaptured(Exception):
    """A payment cannot be voided any more, because the money was taken: refund it."""


class PaymentProvider(Protocol):
    """Takes money in two steps: `authorise` sets it aside, `capture` takes it.

    Every call names a payment by our own reference, and may come more than once: what was done
    already is not done again, and answered alike. A call must end in bounded time, some ten
    seconds. Any of them raises PaymentUnavailable when it is not known whether it was done.
    An amount is in the currency's unit, so that 5000 yen come as 5000.00.
    """

    @property
    def methods(self) -> Mapping[str, str]:
        """The payment methods that go through this provider, with their names for people."""

    def authorise(self, *, reference: str, amount: Decimal, currency: str, method: str) -> None:
        """Set the money aside. Raises: PaymentDeclined, also for a payment that was voided."""

    def capture(self, *, reference: str) -> None:
        """Take money that was set aside. Raises: PaymentDeclined when that cannot be any more."""

    def void(self, *, reference: str) -> None:
        """Give back what was set aside. One that comes late, or never was, cannot be authorised.

        Raises: AlreadyCaptured.
        """

    def refund(self, *, reference: str) -> None:
        """Give back money that was taken."""


@cache
def provider() -> PaymentProvider:
    """Return the provider that SEATCAST_PAYMENT_PROVIDER names.

    Raises: ImproperlyConfigured when it has a method of a name that needs no provider: it would be
    charged by some and booked unpaid by others. ImportError when there is no such provider.
    """
    name = settings.SEATCAST_PAYMENT_PROVIDER
    found = cast("PaymentProvider", import_string(name)())
    if doubled := sorted(found.methods.keys() & settings.SEATCAST_OFFLINE_METHODS.keys()):
        raise ImproperlyConfigured(
            f"{name} has payment methods of names in SEATCAST_OFFLINE_METHODS:"
            f" {', '.join(doubled)}. Rename the provider's, or leave them out of that setting."
        )
    return found


def payment_methods() -> dict[str, str]:
    """Return all payment methods with their names: the provider's, and those paid later."""
    return {**provider().methods, **settings.SEATCAST_OFFLINE_METHODS}


def is_paid_online(method: str) -> bool:
    return method in provider().methods


def is_paid_later(method: str) -> bool:
    """Tell whether a method is one of the site's that needs no provider."""
    return not is_paid_online(method) and method in settings.SEATCAST_OFFLINE_METHODS
