"""The errors with which the domain refuses commands and queries.

Each has a stable `code`, a sentence for users, and details for programs. `config.web.errors` maps
them to HTTP statuses, and `realtime` to close codes.
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
    """It does not exist, or the requester may not know that it does."""

    code = "not_found"
    default_sentence = "There is nothing here."


class EventNotFound(NotFound):
    code = "event_not_found"
    default_sentence = "There is no such event."


class SeatNotFound(NotFound):
    code = "seat_not_found"
    default_sentence = "There is no such seat in this event."


class AreaNotFound(NotFound):
    code = "area_not_found"
    default_sentence = "There is no such standing area in this event."


class LayoutNotFound(NotFound):
    code = "layout_not_found"
    default_sentence = "The seats of this event are laid out differently now. Load it again."


class ReservationNotFound(NotFound):
    code = "reservation_not_found"
    default_sentence = "There is no such reservation."


class PaymentNotFound(NotFound):
    code = "payment_not_found"
    default_sentence = "There is no such payment."


class TicketNotFound(NotFound):
    code = "ticket_not_found"
    default_sentence = "There is no such ticket."


class NotPermitted(SeatcastError):
    """The requester may see it, but has no permission for this action."""

    code = "permission_denied"
    default_sentence = "You do not have permission to perform this action."


class SignInFirst(SeatcastError):
    code = "not_authenticated"
    default_sentence = "This event is for members. Sign in to see it."


class Departed(SignInFirst):
    """The actor was erased, or an account took over what they had, since the request began."""

    default_sentence = "You are not signed in any more."


class MembersOnly(SeatcastError):
    code = "members_only"
    default_sentence = "This event is for members, and you are not one of them."


class EmailNotVerified(SeatcastError):
    code = "email_not_verified"
    default_sentence = (
        "To book seats of this event, verify your e-mail address on your account page first."
    )


class InvalidContent(SeatcastError):
    """What was sent can be read, but cannot be used as it is."""

    code = "invalid"


class MethodNotOffered(InvalidContent):
    """The event does not offer this payment method. Same code as for other invalid fields."""

    code = "invalid"


class Conflict(SeatcastError):
    """The state of the seats or of the sale does not allow the command."""

    code = "conflict"


class SeatUnavailable(Conflict):
    code = "seat_unavailable"


class PromoCodeInvalid(Conflict):
    """There is no such code for this event, or it has ended. Which of both is not told."""

    code = "promo_code_invalid"
    default_sentence = "This code is not valid, or not any more."


class PromoCodeUsed(Conflict):
    """The code is good for `left` more seats, which are too few."""

    code = "promo_code_used"


class NothingToPayBack(Conflict):
    code = "nothing_to_pay_back"
    default_sentence = "The box office owes nothing for this booking."


class PromoCodeTaken(Conflict):
    code = "promo_code_taken"
    default_sentence = "This event has this code already."


class NoSeatsTogether(Conflict):
    code = "no_seats_together"


class CompanionSeat(Conflict):
    """A companion seat was asked for without its accessible seat.

    `accessible_seat_ids` are the accessible seats that are missing.
    """

    code = "companion_seat"


class WholeTable(Conflict):
    """Seats of a table were named that is sold as a whole. `missing` lists its other seats."""

    code = "whole_table"


class OrphanSeat(Conflict):
    """The booking would leave single free seats between taken ones, its `conflicts`."""

    code = "orphan_seat"


class AreaFull(Conflict):
    """Too few places of a standing area are free: `left`."""

    code = "area_full"


class LockExpired(Conflict):
    code = "lock_expired"


class NotHolder(Conflict):
    code = "not_holder"


class SeatLimit(Conflict):
    code = "seat_limit"


class PurchaseLimit(Conflict):
    code = "purchase_limit"


class EventBegun(Conflict):
    """The event has begun, so its sale ends at once unless a later end is set."""

    code = "event_begun"
    default_sentence = "The event has begun. To sell on, set a later end of the sale."


class NetworkLimit(Conflict):
    """As many seats as one network may have are held, or were bought, from the actor's."""

    code = "network_limit"
    default_sentence = (
        "Too many seats of this event are held by people in your network, or were bought there."
        " Try again later, or from another network."
    )


class LockCooldown(Conflict):
    """The actor has held the seats for the maximum duration, and must wait."""

    code = "lock_cooldown"


class ExtensionLimit(Conflict):
    code = "extension_limit"


class SalesNotOpen(Conflict):
    code = "sales_not_open"


class SalesClosed(Conflict):
    code = "sales_closed"


class EventCancelled(Conflict):
    code = "event_cancelled"
    default_sentence = "This event is cancelled. Nothing is sold any more."


class EventHasNoSeats(Conflict):
    code = "event_has_no_seats"
    default_sentence = "This event has no seats yet, so it cannot be published."


class HistoryPruned(Conflict):
    """`kept_since` is the first moment that can still be told, as a number and a time."""

    code = "history_pruned"
    default_sentence = "The history of this event is not kept as far back as that."


class ExportTooLarge(Conflict):
    """It has more `rows` than a file of this format may have, `limit`."""

    code = "export_too_large"
    default_sentence = "These are too many rows for this format. Export them as CSV."


class SeatsTaken(Conflict):
    """Held or sold seats do not allow this change of the event; `held` and `sold` count them."""

    code = "seats_taken"


class CurrencyInUse(Conflict):
    """An event has money in its currency, which therefore stays as it is.

    `bookings`, `payments` and `settlements` count it, also what was cancelled.
    """

    code = "currency_in_use"


class PricesNotPayable(Conflict):
    """A new currency cannot express `prices` of the event: each has its `name` and `price`."""

    code = "prices_not_payable"


class StaleEvent(Conflict):
    """The event was edited meanwhile; `revision`, `edited_at` and `edited_by` are the last edit."""

    code = "stale_event"
    default_sentence = "Somebody else has edited this event meanwhile. Nothing was saved."


class PictureRefused(InvalidContent):
    """The file is not a picture that can be shown."""

    code = "picture_refused"
    default_sentence = "Give a PNG, JPEG or WebP file of at most 5 MB and 40 million pixels."


class PictureNotFound(NotFound):
    code = "picture_not_found"
    default_sentence = "This event has no such picture."


class EndsInThePast(Conflict):
    code = "ends_in_the_past"
    default_sentence = "The time until when the seats are kept has passed. Choose a later one."


class CancellationClosed(Conflict):
    code = "cancellation_closed"


class AlreadyUsed(Conflict):
    code = "reservation_used"
    default_sentence = "Somebody has entered with this reservation, so it cannot be cancelled."


class AlreadyEntered(Conflict):
    """`entries` lists the seats with time and gate of entry."""

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


class SeatGivenUp(Conflict):
    """The booking has other seats now; `given_up` tells for each of the old ones which."""

    code = "seat_given_up"
    default_sentence = "This seat was given up: the booking has another one now."


class TicketMerged(Conflict):
    """`reservation` is the booking that has the seats now."""

    code = "ticket_merged"
    default_sentence = "This booking was merged into another one, whose ticket admits."


class SettlingNotOffered(Conflict):
    """The difference cannot be settled in this way; `settlings` are the ways that are possible."""

    code = "settling_not_offered"
    default_sentence = "The difference in price cannot be settled in this way."


class NothingLeft(Conflict):
    code = "nothing_left"
    default_sentence = "A booking keeps at least one of its seats."


class BookingsDiffer(Conflict):
    """Two bookings cannot be merged; `differ` is payment or tax."""

    code = "bookings_differ"


class NoAddress(Conflict):
    code = "no_address"
    default_sentence = "This booking has no e-mail address to which it may be sent."


class OtherAddress(Conflict):
    """The account has not verified the address that a booking was sold to."""

    code = "other_address"
    default_sentence = (
        "This booking is for another e-mail address. Verify that address on your account page"
        " first."
    )


class OtherBuyer(Conflict):
    code = "other_buyer"
    default_sentence = "The bookings are of different buyers. Confirm that they become one."


class ReservationLapsed(Conflict):
    code = "reservation_lapsed"
    default_sentence = "This reservation has lapsed, because it was not paid in time."


class HoldTooShort(Conflict):
    """The seats have been held so long that no time is left to pay for them."""

    code = "hold_too_short"
    default_sentence = (
        "These seats have been held for as long as they can be, so there is no time left to pay"
        " for them. Release them and try again later."
    )


class PaidLaterClosed(Conflict):
    """It is too late to reserve with a payment method that is paid later."""

    code = "paid_later_closed"
    default_sentence = "The show has begun: what is booked now must be paid at once."


class TicketForAnotherEvent(Conflict):
    """`event` and `event_name` are those of the ticket."""

    code = "ticket_for_another_event"


class TicketTypeNotOffered(Conflict):
    code = "ticket_type_not_offered"
    default_sentence = "This ticket type is not offered for the seats. Choose another one."


class PriceChanged(Conflict):
    code = "price_changed"
    default_sentence = "The price changed while you paid. You were not charged: look and try again."


class PaymentEnded(Conflict):
    code = "payment_ended"
    default_sentence = "This payment took too long and was given up. You were not charged."


class PaymentDeclined(SeatcastError):
    """The provider declined the payment. The locks stay as they are."""

    code = "payment_declined"
    default_sentence = "The payment was declined. The seats are still yours: pay another way."


class AmountTooSmall(PaymentDeclined):
    """The provider does not take so little; `minimum` and `currency` are told if they are known."""

    code = "amount_too_small"
    default_sentence = "This amount is too small to be paid this way. Pay another way."


class PaymentWithdrawn(PaymentDeclined):
    """The capture failed, so the reservation was cancelled."""

    code = "payment_withdrawn"
    default_sentence = "The bank withdrew the payment, so the reservation was cancelled."


class InProgress(Conflict):
    """Another request is in progress; the client should try again later."""


class Outpaced(InProgress):
    """The chosen seats were locked by others first, or none could be chosen at the moment."""

    code = "outpaced"
    default_sentence = "Many people are choosing seats just now. Try again in a moment."


class PaymentUnderWay(InProgress):
    code = "payment_under_way"
    default_sentence = (
        "Your payment for this event is still under way. Try again in a moment, or go on with it"
        " under My reservations."
    )


class KeyInFlight(InProgress):
    code = "idempotency_key_in_flight"
    default_sentence = "Your first request is still under way. Try again in a moment."


class KeyReused(SeatcastError):
    code = "idempotency_key_reused"
    default_sentence = "This idempotency key was used before, for something else."


class Unavailable(SeatcastError):
    """A temporary failure; the client should try again later. Nothing was changed in part."""

    code = "unavailable"
    default_sentence = "The box office cannot be reached just now. Try again in a moment."


class Busy(Unavailable):
    """A queue is full, or the command waited in it for too long."""

    code = "busy"
    default_sentence = "Too many people are at the box office just now. Try again in a moment."


class PaymentUnavailable(Unavailable):
    """The provider did not answer in time; whether it executed the call is unknown."""

    code = "payment_unavailable"
    default_sentence = (
        "The payment could not be made just now, and you were not charged. Try again."
    )


def conflict(*, seat: SeatState, reason: str, now: datetime) -> dict[str, Any]:
    """Return one row of a refusal's `conflicts`.

    `reason` is locked (by another person), reserved, blocked, expired (the actor's lock expired),
    not_held (the actor has no lock on it), limit, extension_limit, cooldown (the actor has held
    it for the maximum duration), companion (its accessible seat is missing), table (other seats
    of its table are missing) or orphan (it would be left single). `locked_until` is given while a
    lock is live.
    """
    return {
        "seat_id": seat.id,
        "seat_number": seat.seat_number,
        "reason": reason,
        "locked_until": iso(seat.locked_until) if seat.is_locked(now=now) else None,
    }


def error_to_json(error: SeatcastError) -> dict[str, Any]:
    """Serialize an error to JSON data."""
    return {"code": error.code, "sentence": error.sentence, "details": error.details}


def error_from_json(data: dict[str, Any]) -> SeatcastError:
    """Recreate an error from what `error_to_json` returned.

    One that only newer servers know becomes a Conflict with its sentence.
    """
    kind = _kinds(SeatcastError).get(data["code"], Conflict)
    return kind(data["sentence"], **data["details"])


def _kinds(base: type[SeatcastError]) -> dict[str, type[SeatcastError]]:
    kinds = {kind.code: kind for kind in base.__subclasses__()}
    for kind in base.__subclasses__():
        kinds |= _kinds(kind)
    return kinds
