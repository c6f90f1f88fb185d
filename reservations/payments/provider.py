"""The interface of payment providers."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


class AlreadyCaptured(Exception):
    """A payment was captured, so it must be refunded instead of voided."""


class RefundsParts(Protocol):
    """What a provider may offer besides: to refund parts of a captured amount.

    Without it, seats that got cheaper are paid back at the box office, and bookings whose payments
    are shared cannot be refunded; they wait as `refund_due`.
    """

    def refund_part(self, *, reference: str, refund: str, amount: Decimal) -> None:
        """Refund a part of a payment. Idempotent by our reference `refund` of this part.

        It is not used together with `refund` for one payment.
        """


class PaymentProvider(Protocol):
    """Takes money in two steps: `authorise` sets it aside, `capture` takes it.

    Every call identifies the payment by our reference, and must be idempotent: a repeated call does
    nothing and returns or raises the same. A call must end within about ten seconds. It raises
    PaymentUnavailable when it is unknown whether it was executed. Amounts are in the currency's
    main unit: 5000 yen are 5000.00.
    """

    @property
    def methods(self) -> Mapping[str, str]:
        """The provider's payment methods: display names by code."""

    def authorise(self, *, reference: str, amount: Decimal, currency: str, method: str) -> None:
        """Authorise an amount. Raises: PaymentDeclined, also for a voided payment."""

    def capture(self, *, reference: str) -> None:
        """Capture the authorised amount. Raises: PaymentDeclined if that is no longer possible."""

    def void(self, *, reference: str) -> None:
        """Void an authorisation. A later `authorise` with the same reference must be declined.

        Raises: AlreadyCaptured.
        """

    def refund(self, *, reference: str) -> None:
        """Refund the captured amount."""


@cache
def provider() -> PaymentProvider:
    """Return the provider that SEATCAST_PAYMENT_PROVIDER names.

    Raises: ImproperlyConfigured when one of its methods has the code of an offline method, so that
    it would be ambiguous; ImportError when it cannot be imported.
    """
    name = settings.SEATCAST_PAYMENT_PROVIDER
    found = cast("PaymentProvider", import_string(name)())
    if doubled := sorted(found.methods.keys() & settings.SEATCAST_OFFLINE_METHODS.keys()):
        raise ImproperlyConfigured(
            f"{name} has payment methods of names in SEATCAST_OFFLINE_METHODS:"
            f" {', '.join(doubled)}. Rename the provider's, or leave them out of that setting."
        )
    return found


def refunds_parts() -> bool:
    """Return whether the provider can refund parts of a payment."""
    return hasattr(provider(), "refund_part")


def payment_methods() -> dict[str, str]:
    """Return all payment methods, online and offline: display names by code."""
    return {**provider().methods, **settings.SEATCAST_OFFLINE_METHODS}


def demo_outcomes() -> Mapping[str, str]:
    """Return what the provider's methods simulate, by code: "success" or "problem".

    Empty for a provider that takes money, which has no attribute `demo_outcomes`.
    """
    found: Mapping[str, str] = getattr(provider(), "demo_outcomes", {})
    return found


def is_paid_online(method: str) -> bool:
    return method in provider().methods
