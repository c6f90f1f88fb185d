"""The interface of payment providers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from reservations.domain.states import DisputeStatus


class AlreadyCaptured(Exception):
    """A payment was captured, so it must be refunded instead of voided."""


class RefundPending(Exception):
    """A refund was asked for, and the provider does not know yet whether it can be made."""


class RefundFailed(Exception):
    """A refund that the provider could not make: the money is still here. It is final."""


class InvalidNotice(Exception):
    """A notice that the provider did not send, or that is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A payment to start.

    `return_url` is the page to which the buyer comes back if the provider leads them elsewhere. It
    shows what became of the payment.
    """

    reference: str
    amount: Decimal
    currency: str
    method: str
    description: str
    buyer_email: str
    return_url: str


class Stage(StrEnum):
    """How far a payment is at the provider.

    ACTION waits for the buyer, PENDING for their bank. FAILED is final: it was declined, or voided.
    """

    ACTION = "action"
    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the provider says about a payment.

    A buyer who must do something visits `action_url`, which may be a page of this site
    (`pages.page_url`). It is told to nobody else.
    `provider_reference` is its own name for it, which is stored with a payment that stays open.
    `is_declined` says that the buyer's last try was declined, and that they may try again.
    """

    stage: Stage
    action_url: str = ""
    provider_reference: str = ""
    is_declined: bool = False

    @property
    def is_paid(self) -> bool:
        return self.stage in {Stage.AUTHORISED, Stage.CAPTURED}


class ReadsNotices(Protocol):
    """What a provider may offer besides: to tell when a payment has changed."""

    def read_notice(self, *, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
        """Return the references of the payments that a notice is about.

        Notices may come twice, late and in any order, so they only say whom to ask about. Raises:
        InvalidNotice unless it is signed by the provider.
        """


class RefundsParts(Protocol):
    """What a provider may offer besides: to refund parts of a captured amount.

    Without it, seats that got cheaper are paid back at the box office, and bookings whose payments
    are shared cannot be refunded; they wait as `refund_due`.
    """

    def refund_part(self, *, reference: str, refund: str, amount: Decimal) -> None:
        """Refund a part of a payment. Idempotent by our reference `refund` of this part.

        It is used after `refund` only if that has failed, or less was left to refund. Raises:
        RefundPending, RefundFailed.
        """


class LimitsDecimals(Protocol):
    """What a provider may offer besides: how many decimals it charges.

    Without it, amounts have as many as their currency.
    """

    def decimals(self, currency: str) -> int:
        """Return how many decimals an amount in a currency may have."""


class RefundStage(StrEnum):
    """How far a refund is at the provider."""

    MADE = "made"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FoundRefund:
    """A refund at the provider.

    `provider_reference` is its own name for it. `reference` is ours; empty for one that was not
    asked for by us, but made in the provider's dashboard.
    """

    provider_reference: str
    reference: str
    amount: Decimal
    stage: RefundStage


class TellsRefunds(Protocol):
    """What a provider may offer besides: to tell what became of refunds, also of others' ones.

    Without it, refunds that fail later and those made in its dashboard are not heard of.
    """

    def refunds(self, *, reference: str) -> Sequence[FoundRefund]:
        """Return all refunds of a payment."""


class TellsDisputes(Protocol):
    """What a provider may offer besides: to tell whether a buyer asked for their money back."""

    def dispute(self, *, reference: str) -> DisputeStatus | None:
        """Return how the newest dispute of a captured payment stands; None without one."""

    def disputes(self) -> Mapping[str, DisputeStatus]:
        """Return how the newest disputes stand, by their payments' references; some hundreds."""


class PaymentProvider(Protocol):
    """Takes money in two steps: `start` has it set aside, `capture` takes it.

    A payment is decided by `start` itself, or stays open: then `look_up` tells what became of it.

    Every call identifies the payment by our reference, and must be idempotent: a repeated call does
    nothing and returns or raises the same. A call must end within about ten seconds. It begins
    without a database connection; what it needs from the database it reads before it calls a
    server, which it does `slow_work.database.without_database`. It raises
    PaymentUnavailable when it is unknown whether it was executed. Amounts are in the currency's
    main unit: 5000 yen are 5000.00.
    """

    @property
    def methods(self) -> Mapping[str, str]:
        """The provider's payment methods: display names by code."""

    def start(self, request: Request) -> Progress:
        """Start a payment; one that was voided before fails. Raises: AmountTooSmall."""

    def look_up(self, *, reference: str) -> Progress:
        """Return how far a payment is; FAILED for one that was never started."""

    def capture(self, *, reference: str) -> None:
        """Capture the authorised amount, if it was not captured at once.

        Raises: PaymentDeclined if that is no longer possible.
        """

    def void(self, *, reference: str) -> None:
        """Void a payment that was not captured, whether it was decided or not.

        A later `start` with the same reference must fail. Raises: AlreadyCaptured.
        """

    def refund(self, *, reference: str) -> None:
        """Refund the captured amount, or what is left of it. Its reference is the payment's.

        Raises: RefundPending, RefundFailed.
        """


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


def chargeable_decimals(currency: str) -> int:
    """Return how many decimals an amount may have: two, which are stored, or fewer."""
    found: Any = provider()
    return min(found.decimals(currency), 2) if hasattr(found, "decimals") else 2


def refunds_parts() -> bool:
    """Return whether the provider can refund parts of a payment."""
    return hasattr(provider(), "refund_part")


def read_notice(*, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
    """Return the references of the payments that a notice of the provider is about.

    Raises: InvalidNotice, also if the provider sends none.
    """
    found: Any = provider()
    if not hasattr(found, "read_notice"):
        raise InvalidNotice
    references: Sequence[str] = found.read_notice(headers=headers, body=body)
    return references


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
