"""What the rules say, once more and as plainly as possible: dicts, and no code of the product's.

A seat is `{"status", "holder", "until", "lapsed", "booking"}`, a booking `{"user", "live",
"seats"}`. Each function returns None and changes the dicts, or returns the code of the refusal
and changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

Seat = dict[str, Any]
FREE: Seat = {"status": "free", "holder": None, "until": None, "lapsed": None, "booking": None}


class Books:
    def __init__(self, *, seats: Iterable[int], cap: int, lock_seconds: int) -> None:
        self.seats: dict[int, Seat] = {seat: dict(FREE) for seat in seats}
        self.bookings: dict[int, dict[str, Any]] = {}
        self.cap = cap
        self.lock_seconds = lock_seconds
        self.opens: datetime | None = None
        self.closes: datetime | None = None

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
        until = now + timedelta(seconds=self.lock_seconds)
        for seat in new:
            self.seats[seat] = {**FREE, "status": "locked", "holder": person, "until": until}
        return None

    def unlock(self, person: int, wanted: list[int], now: datetime) -> str | None:
        fault = self._fault_in_holding(person, wanted, now)
        if fault == "seat_unavailable":
            return "not_holder"
        if fault is None:
            self._free(wanted)
        return fault

    def reserve(self, person: int, wanted: list[int], now: datetime, booking: int) -> str | None:
        fault = self._fault_in_holding(person, wanted, now)
        if fault is None:
            self.bookings[booking] = {"user": person, "live": True, "seats": set(wanted)}
            for seat in wanted:
                self.seats[seat] = {**FREE, "status": "reserved", "booking": booking}
        return fault

    def cancel(self, person: int, booking: int) -> str | None:
        found = self.bookings.get(booking)
        if found is None or found["user"] != person:
            return "reservation_not_found"
        if found["live"]:
            found["live"] = False
            self._free(found["seats"])
        return None

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
                self.seats[seat] = {**FREE, "lapsed": state["holder"]}

    def held_by(self, person: int, now: datetime) -> set[int]:
        return {seat for seat in self.seats if self._holds(person, seat, now)}

    def _free(self, seats: Iterable[int]) -> None:
        for seat in seats:
            self.seats[seat] = dict(FREE)

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
