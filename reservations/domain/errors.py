"""Every way in which something can be refused.

Each error has a stable `code`, a sentence for a person, and details for a program. What they
mean over HTTP and over a socket is decided elsewhere, in one place each.
"""

from datetime import datetime
from typing import Any, ClassVar

from reservations.domain.states import SeatState, iso


class SeatcastError(Exception):
    """A refusal: `code` for a program, `sentence` for a person, `details` ready for JSON."""

    code: ClassVar[str]
    default_sentence: ClassVar[str] = ""

    def __init__(self, sentence: str = "", **details: Any) -> None:
        self.sentence = sentence or self.default_sentence
        self.details = details
        super().__init__(self.sentence)


class NotFound(SeatcastError):
    """There is no such thing, or it is none of the asker's business."""

    code = "not_found"
    default_sentence = "There is nothing here."


class EventNotFound(NotFound):
    code = "event_not_found"
    default_sentence = "There is no such event."


class SeatNotFound(NotFound):
    code = "seat_not_found"
    default_sentence = "There is no such seat in this event."


class LayoutNotFound(NotFound):
    code = "layout_not_found"
    default_sentence = "The seats of this event are laid out differently now. Load it again."


class ReservationNotFound(NotFound):
    code = "reservation_not_found"
    default_sentence = "There is no such reservation."


class TicketNotFound(NotFound):
    code = "ticket_not_found"
    default_sentence = "There is no such ticket."


class NotPermitted(SeatcastError):
    """The asker may see it, and lacks the permission to do this."""

    code = "permission_denied"
    default_sentence = "You do not have permission to perform this action."


class SignInFirst(SeatcastError):
    code = "not_authenticated"
    default_sentence = "This event is for members. Sign in to see it."


class MembersOnly(SeatcastError):
    code = "members_only"
    default_sentence = "This event is for members, and you are not one of them."


class EmailNotVerified(SeatcastError):
    code = "email_not_verified"
    default_sentence = (
        "To book seats of this event, verify your e-mail address on your account page first."
    )


class MethodNotOffered(SeatcastError):
    """The event does not offer this way to pay; said as of any other unknown word in a body."""

    code = "invalid"


class Conflict(SeatcastError):
    """The state of the seats, or of the sale, forbids it."""

    code = "conflict"


class SeatUnavailable(Conflict):
    code = "seat_unavailable"


class NoSeatsTogether(Conflict):
    code = "no_seats_together"


class LockExpired(Conflict):
    code = "lock_expired"


class NotHolder(Conflict):
    code = "not_holder"


class SeatLimit(Conflict):
    code = "seat_limit"


class PurchaseLimit(Conflict):
    code = "purchase_limit"


class LockCooldown(Conflict):
    """The asker held the seats for as long as they can be held, a moment ago."""

    code = "lock_cooldown"


class ExtensionLimit(Conflict):
    code = "extension_limit"


class SalesNotOpen(Conflict):
    code = "sales_not_open"


class SalesClosed(Conflict):
    code = "sales_closed"


class CancellationClosed(Conflict):
    code = "cancellation_closed"


class AlreadyUsed(Conflict):
    code = "reservation_used"
    default_sentence = "Somebody has entered with this reservation, so it cannot be cancelled."


class AlreadyEntered(Conflict):
    """`entries` says which seats, when, and at which gate."""

    code = "already_entered"


class TicketCancelled(Conflict):
    code = "ticket_cancelled"
    default_sentence = "This reservation was cancelled. Its ticket admits nobody."


class TicketLapsed(Conflict):
    code = "ticket_lapsed"
    default_sentence = "This reservation was not paid in time and lapsed. Its ticket admits nobody."


class TicketUnpaid(Conflict):
    code = "ticket_unpaid"
    default_sentence = "This reservation is not paid for. Its ticket admits nobody yet."


class ReservationCancelled(Conflict):
    code = "reservation_cancelled"
    default_sentence = "This reservation was cancelled."


class ReservationLapsed(Conflict):
    code = "reservation_lapsed"
    default_sentence = "This reservation has lapsed, because it was not paid in time."


class PaidLaterClosed(Conflict):
    """There is no time left in which it could be paid."""

    code = "paid_later_closed"
    default_sentence = "The show has begun: what is booked now must be paid at once."


class TicketForAnotherEvent(Conflict):
    """`event` and `event_name` say which."""

    code = "ticket_for_another_event"


class PriceChanged(Conflict):
    code = "price_changed"
    default_sentence = "The price changed while you paid. You were not charged: look and try again."


class PaymentEnded(Conflict):
    code = "payment_ended"
    default_sentence = "This payment took too long and was given up. You were not charged."


class PaymentDeclined(SeatcastError):
    """The provider says no. The locks are still their holder's."""

    code = "payment_declined"
    default_sentence = "The payment was declined. The seats are still yours: pay another way."


class PaymentWithdrawn(PaymentDeclined):
    """The money could not be taken after all, so the booking was cancelled."""

    code = "payment_withdrawn"
    default_sentence = "The bank withdrew the payment, so the reservation was cancelled."


class InProgress(Conflict):
    """It goes on elsewhere just now; asking again later is right."""


class Outpaced(InProgress):
    """Seats were chosen that somebody else has by now, or could not be chosen just now."""

    code = "outpaced"
    default_sentence = "Many people are choosing seats just now. Try again in a moment."


class PaymentUnderWay(InProgress):
    code = "payment_under_way"
    default_sentence = "Your payment for this event is still under way. Try again in a moment."


class KeyInFlight(InProgress):
    code = "idempotency_key_in_flight"
    default_sentence = "Your first request is still under way. Try again in a moment."


class KeyReused(SeatcastError):
    code = "idempotency_key_reused"
    default_sentence = "This idempotency key was used before, for something else."


class Unavailable(SeatcastError):
    """It could not be done just now; trying again later is right. Nothing is half done."""

    code = "unavailable"
    default_sentence = "The box office cannot be reached just now. Try again in a moment."


class Busy(Unavailable):
    """Too much is waiting already, or it waited for too long."""

    code = "busy"
    default_sentence = "Too many people are at the box office just now. Try again in a moment."


class PaymentUnavailable(Unavailable):
    """The provider did not answer in time; it may or may not have done what it was asked."""

    code = "payment_unavailable"
    default_sentence = (
        "The payment could not be made just now, and you were not charged. Try again."
    )


def conflict(*, seat: SeatState, reason: str, now: datetime) -> dict[str, Any]:
    """Return one row of a refusal's `conflicts`.

    `reason` is locked (by somebody else), reserved, blocked, expired (the asker's lock ran out),
    not_held (the asker has no lock on it), limit, extension_limit or cooldown (the asker held it
    for as long as possible). `locked_until` is given while a lock is live.
    """
    return {
        "seat_id": seat.id,
        "seat_number": seat.seat_number,
        "reason": reason,
        "locked_until": iso(seat.locked_until) if seat.is_locked(now=now) else None,
    }


def stored(error: SeatcastError) -> dict[str, Any]:
    """Return the error as JSON data, from which `restored` makes it again."""
    return {"code": error.code, "sentence": error.sentence, "details": error.details}


def restored(data: dict[str, Any]) -> SeatcastError:
    """Make an error again from what `stored` returned."""
    return _kinds(SeatcastError)[data["code"]](data["sentence"], **data["details"])


def _kinds(base: type[SeatcastError]) -> dict[str, type[SeatcastError]]:
    kinds = {kind.code: kind for kind in base.__subclasses__()}
    for kind in base.__subclasses__():
        kinds |= _kinds(kind)
    return kinds
