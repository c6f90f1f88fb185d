"""A plain model of the rules, with dicts and without product code.

A seat is `{"status", "holder", "until", "since", "extended", "lapsed", "former", "booking"}`, where
`former` is who held it last, since when and until when; a booking is
`{"user", "live", "seats", "reference", "due", "paid", "lapsed"}`, a payment
`{"user", "amount", "status", "at", "expires"}`. Each function returns None and changes the dicts,
or returns the code of the refusal and changes nothing, except that a refused booking gives its
payment up.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Seat = dict[str, Any]
FREE: Seat = {
    "status": "free",
    "holder": None,
    "until": None,
    "since": None,
    "extended": 0,
    "lapsed": None,
    "former": None,
    "booking": None,
}


class Books:
    def __init__(
        self,
        *,
        prices: dict[int, Decimal],
        cap: int,
        lock_seconds: int,
        hold_seconds: int = 900,
        max_extensions: int = 2,
        purchase_cap: int = 10,
        cooldown_seconds: int = 300,
        payment_seconds: int = 3 * 24 * 60 * 60,
        open_seconds: int = 900,
    ) -> None:
        self.prices = dict(prices)
        self.seats: dict[int, Seat] = {seat: dict(FREE) for seat in prices}
        self.bookings: dict[int, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.cap = cap
        self.lock_seconds = lock_seconds
        self.hold_seconds = hold_seconds
        self.max_extensions = max_extensions
        self.purchase_cap = purchase_cap
        self.cooldown_seconds = cooldown_seconds
        self.payment_seconds = payment_seconds
        self.open_seconds = open_seconds
        self.begins: datetime | None = None
        self.opens: datetime | None = None
        self.closes: datetime | None = None
        self.cancel_until: datetime | None = None

    def lock(self, person: int, wanted: list[int], now: datetime) -> str | None:
        if self.opens and now < self.opens:
            return "sales_not_open"
        if self.closes and self.closes <= now:
            return "sales_closed"
        if not set(wanted) <= set(self.seats):
            return "seat_not_found"
        new = []
        for seat in set(wanted):
            if self._is_free(seat, now):
                new.append(seat)
            elif self.seats[seat]["holder"] != person:
                return "seat_unavailable"
        if new and len(self.held_by(person, now)) + len(new) > self.cap:
            return "seat_limit"
        if new and self._fault_in_buying(person, len(self.held_by(person, now)) + len(new), now):
            return "purchase_limit"
        since = {seat: self._since(person, seat, now) for seat in new}
        if any(self._longest_until(since[seat]) <= now for seat in new):
            return "lock_cooldown"
        for seat in new:
            until = _whole_milliseconds(now + timedelta(seconds=self.lock_seconds))
            self.seats[seat] = {
                **FREE,
                "status": "locked",
                "holder": person,
                "until": min(until, self._longest_until(since[seat])),
                "since": since[seat],
            }
        return None

    def _since(self, person: int, seat: int, now: datetime) -> datetime:
        """Return since when a person would hold a seat if they locked it now."""
        state = self.seats[seat]
        former = state["former"]
        if state["status"] == "locked":
            former = (state["holder"], state["since"], state["until"])
        if former is None or former[0] != person:
            return now
        again = _whole_milliseconds(former[2] + timedelta(seconds=self.cooldown_seconds))
        return former[1] if now < again else now

    def _longest_until(self, since: datetime) -> datetime:
        longest = max(self.hold_seconds, self.lock_seconds)
        return _whole_milliseconds(since + timedelta(seconds=longest))

    def extend(self, person: int, wanted: list[int], now: datetime) -> str | None:
        fault = self._fault_in_holding(person, wanted, now)
        if fault == "seat_unavailable":
            return "not_holder"
        if fault is not None:
            return fault
        longer = {}
        for seat in set(wanted):
            state = self.seats[seat]
            until = _whole_milliseconds(now + timedelta(seconds=self.lock_seconds))
            until = min(until, self._longest_until(state["since"]))
            if state["extended"] >= self.max_extensions or until <= state["until"]:
                return "extension_limit"
            longer[seat] = {**state, "until": until, "extended": state["extended"] + 1}
        self.seats |= longer
        return None

    def unlock(self, person: int, wanted: list[int], now: datetime) -> str | None:
        fault = self._fault_in_holding(person, wanted, now)
        if fault == "seat_unavailable":
            return "not_holder"
        if fault is None:
            for seat in set(wanted):
                state = self.seats[seat]
                self.seats[seat] = {**FREE, "former": (person, state["since"], now)}
        return fault

    def start_payment(
        self, person: int, wanted: list[int], now: datetime, reference: str
    ) -> str | None:
        fault = self._fault_in_holding(person, wanted, now)
        if fault is None:
            fault = self._fault_in_buying(person, len(set(wanted)), now)
        if fault is None and self.pending_payments(person, now):
            fault = "payment_under_way"
        if fault is None:
            self.payments[reference] = {
                "user": person,
                "amount": self.cost(wanted),
                "status": "pending",
                "at": now,
                "expires": None,
            }
        return fault

    def open_payment(
        self, person: int, wanted: list[int], now: datetime, reference: str
    ) -> str | None:
        """Let a payment wait, and hold its seats for a minute longer than that."""
        payment = self.payments.get(reference)
        fault = self._fault_in_holding(person, wanted, now)
        if fault is None and (
            payment is None
            or payment["user"] != person
            or not self._is_undecided(payment)
            or set(self.pending_payments(person, now)) - {reference}
        ):
            fault = "payment_ended"
        if fault is None:
            ends = [now, *(self._longest_until(self.seats[seat]["since"]) for seat in wanted)]
            expires = _whole_milliseconds(min(ends) + timedelta(seconds=self.open_seconds))
            if expires < now + timedelta(seconds=min(60, self.open_seconds)):
                fault = "hold_too_short"
        if fault is not None:
            self._give_up(reference)
            return fault
        self.payments[reference] |= {"status": "open", "expires": expires}
        until = expires + timedelta(seconds=60)
        for seat in set(wanted):
            state = self.seats[seat]
            if state["until"] < until:
                longer = {"until": until, "extended": state["extended"] + 1}
                self.seats[seat] = {**state, **longer}
        return None

    def pending_payments(self, person: int, now: datetime) -> list[str]:
        """Return a person's payments under way.

        One that is pending is given up for dead after a minute, one that is open at its end.
        """
        return [
            reference
            for reference, payment in self.payments.items()
            if payment["user"] == person
            if (payment["status"] == "pending" and payment["at"] > now - timedelta(seconds=60))
            or (payment["status"] == "open" and payment["expires"] > now)
        ]

    def move_payment(self, reference: str, how: str) -> None:
        """Do what is done to payments outside of commands: "take", "give up" or "decline"."""
        payment = self.payments[reference]
        if how == "take" and payment["status"] == "authorised":
            payment["status"] = "captured"
        elif how != "take" and self._is_undecided(payment):
            payment["status"] = "void_due" if how == "give up" else "declined"

    @staticmethod
    def _is_undecided(payment: dict[str, Any] | None) -> bool:
        return payment is not None and payment["status"] in {"pending", "open"}

    def _give_up(self, reference: str | None) -> None:
        if reference is not None and self._is_undecided(self.payments.get(reference)):
            self.payments[reference]["status"] = "void_due"

    def reserve(
        self,
        person: int,
        wanted: list[int],
        now: datetime,
        booking: int,
        reference: str | None = None,
    ) -> str | None:
        due = self._due(now) if reference is None else None
        fault = "paid_later_closed" if due is not None and due <= now else None
        if fault is None:
            fault = self._fault_in_holding(person, wanted, now)
        if fault is None:
            fault = self._fault_in_buying(person, len(set(wanted)), now)
        if fault is None and reference is not None:
            fault = self._fault_in_paying(person, wanted, reference)
        if fault is None:
            self.bookings[booking] = {
                "user": person,
                "live": True,
                "seats": set(wanted),
                "reference": reference,
                "due": due,
                "paid": False,
                "lapsed": False,
            }
            for seat in set(wanted):
                former = (person, self.seats[seat]["since"], now)
                self.seats[seat] = {
                    **FREE,
                    "status": "reserved",
                    "former": former,
                    "booking": booking,
                }
        if fault is not None:
            self._give_up(reference)
        elif reference is not None:
            self.payments[reference]["status"] = "authorised"
        return fault

    def cancel(
        self, person: int, booking: int, now: datetime, *, as_organiser: bool = False
    ) -> str | None:
        found = self.bookings.get(booking)
        if found is None or (found["user"] != person and not as_organiser):
            return "reservation_not_found"
        if self.is_overdue(found, now):
            self._lapse(found, now)
        if not found["live"]:
            return None
        if self.cancel_until and now >= self.cancel_until and not as_organiser:
            return "cancellation_closed"
        found["live"] = False
        self._give_back(found, now)
        if found["reference"] is not None:
            payment = self.payments[found["reference"]]
            payment["status"] = {"authorised": "void_due", "captured": "refund_due"}[
                payment["status"]
            ]
        return None

    def mark_paid(self, booking: int, now: datetime) -> str | None:
        found = self.bookings.get(booking)
        if found is None:
            return "reservation_not_found"
        if found["lapsed"] or self.is_overdue(found, now):
            return "reservation_lapsed"
        if not found["live"]:
            return "reservation_cancelled"
        found["paid"] = found["due"] is not None
        return None

    def lapse_unpaid(self, now: datetime) -> None:
        for found in self.bookings.values():
            if self.is_overdue(found, now):
                self._lapse(found, now)

    def is_overdue(self, booking: dict[str, Any], now: datetime) -> bool:
        due = booking["due"]
        return bool(booking["live"] and due and due <= now and not booking["paid"])

    def bought_by(self, person: int, now: datetime) -> set[int]:
        return {
            seat
            for found in self.bookings.values()
            if found["user"] == person and found["live"] and not self.is_overdue(found, now)
            for seat in found["seats"]
        }

    def block(self, wanted: list[int], now: datetime) -> str | None:
        if not set(wanted) <= set(self.seats):
            return "seat_not_found"
        for seat in wanted:
            if self.seats[seat]["status"] != "blocked" and not self._is_free(seat, now):
                return "seat_unavailable"
        for seat in wanted:
            if self.seats[seat]["status"] != "blocked":
                self.seats[seat] = {**FREE, "status": "blocked"}
        return None

    def unblock(self, wanted: list[int]) -> str | None:
        if not set(wanted) <= set(self.seats):
            return "seat_not_found"
        self._free(seat for seat in wanted if self.seats[seat]["status"] == "blocked")
        return None

    def release(self, now: datetime) -> None:
        for seat, state in self.seats.items():
            if state["status"] == "locked" and state["until"] <= now:
                former = (state["holder"], state["since"], state["until"])
                self.seats[seat] = {**FREE, "lapsed": state["holder"], "former": former}

    def held_by(self, person: int, now: datetime) -> set[int]:
        return {seat for seat in self.seats if self._holds(person, seat, now)}

    def cost(self, seats: Iterable[int]) -> Decimal:
        return sum((self.prices[seat] for seat in set(seats)), Decimal(0))

    def _free(self, seats: Iterable[int]) -> None:
        for seat in seats:
            self.seats[seat] = dict(FREE)

    def _lapse(self, booking: dict[str, Any], now: datetime) -> None:
        booking["live"], booking["lapsed"] = False, True
        self._give_back(booking, now)

    def _give_back(self, booking: dict[str, Any], now: datetime) -> None:
        """Free a reservation's seats; the hold of unpaid ones continues."""
        for seat in booking["seats"]:
            who, since, _ = self.seats[seat]["former"]
            is_unpaid = booking["due"] is not None and not booking["paid"]
            self.seats[seat] = {**FREE, "former": (who, since, now) if is_unpaid else None}

    def _due(self, now: datetime) -> datetime:
        due = now + timedelta(seconds=self.payment_seconds)
        return _whole_milliseconds(min(due, self.begins) if self.begins else due)

    def _fault_in_buying(self, person: int, count: int, now: datetime) -> str | None:
        too_many = len(self.bought_by(person, now)) + count > self.purchase_cap
        return "purchase_limit" if too_many else None

    def _is_free(self, seat: int, now: datetime) -> bool:
        state = self.seats[seat]
        has_lapsed = state["status"] == "locked" and state["until"] <= now
        return bool(state["status"] == "free" or has_lapsed)

    def _holds(self, person: int, seat: int, now: datetime) -> bool:
        state = self.seats[seat]
        return state["holder"] == person and bool(state["until"] > now)

    def _fault_in_holding(self, person: int, wanted: list[int], now: datetime) -> str | None:
        if not set(wanted) <= set(self.seats):
            return "seat_not_found"
        others = [seat for seat in wanted if not self._holds(person, seat, now)]
        if any(not self._is_free(seat, now) for seat in others):
            return "seat_unavailable"
        if any(person in (self.seats[s]["holder"], self.seats[s]["lapsed"]) for s in others):
            return "lock_expired"
        return "not_holder" if others else None

    def _fault_in_paying(self, person: int, wanted: list[int], reference: str) -> str | None:
        payment = self.payments.get(reference)
        if payment is None or payment["user"] != person or not self._is_undecided(payment):
            return "payment_ended"
        return None if payment["amount"] == self.cost(wanted) else "price_changed"


def _whole_milliseconds(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=moment.microsecond % 1000)
