"""People who buy: they lock, hold for longer, let go, pay in every way there is, and cancel."""

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from laboratory.chaos.holds import Holds
from laboratory.chaos.shop import Answer, Shop

# How often each is chosen.
_METHODS = {
    "card": 8,
    "invoice": 3,
    "card_lost": 3,
    "card_slow": 2,
    "card_declined": 2,
    "card_withdrawn": 2,
}


@dataclass(slots=True)
class Promises:
    """What the shop has told people: bookings that were acknowledged, by number.

    `never_answered` has those who do not know whether they have booked.
    """

    booked: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    perhaps_cancelled: set[str] = field(default_factory=set)
    never_answered: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Buyer:
    """One person, in a thread of their own, until `is_over`."""

    shop: Shop
    name: str
    event_id: int
    seat_ids: list[int]
    rng: random.Random
    promises: Promises
    holds: Holds
    is_over: threading.Event

    def run(self) -> None:
        while not self.is_over.is_set():
            self._buy()
            time.sleep(self.rng.uniform(0, 0.4))

    def _buy(self) -> None:
        start = self.rng.randrange(len(self.seat_ids))
        wanted = self.seat_ids[start : start + self.rng.randint(1, 4)]
        locked = self._hold("lock", wanted)
        if locked is None or locked.status != 200:
            # What came of it shows in one's own list.
            wanted = self._held()
        if not wanted:
            return
        if self.rng.random() < 0.2:
            self._hold("extend", wanted)
        time.sleep(self.rng.uniform(0, 0.5))
        what = self.rng.random()
        if what < 0.15:
            self.holds.let_go(self.name, wanted)
            self._post("unlock", wanted)
        elif what < 0.9:
            self._reserve(wanted)
        # Others forget about them, until the lock has run out.

    def _hold(self, what: str, wanted: list[int]) -> Answer | None:
        answer = self._post(what, wanted)
        if answer is not None and answer.status == 200:
            self.holds.locked(
                self.name,
                {
                    seat["id"]: datetime.fromisoformat(seat["locked_until"]).timestamp()
                    for seat in answer.body["seats"]
                },
            )
        return answer

    def _held(self) -> list[int]:
        asked_at = self.holds.clock()
        answer = self.shop.get(f"/api/events/{self.event_id}/locks/")
        if answer is None or answer.status != 200:
            return []
        seat_ids = [seat["id"] for seat in answer.body]
        self.holds.listed(self.name, seat_ids, asked_at=asked_at)
        return seat_ids

    def _reserve(self, wanted: list[int]) -> None:
        method = self.rng.choices(list(_METHODS), list(_METHODS.values()))[0]
        if method == "card_withdrawn":
            # It may be booked and cancelled again, of which nobody is told when.
            self.holds.let_go(self.name, wanted)
        answer = self._post("reserve", wanted, payment_method=method)
        if answer is None:
            self.holds.let_go(self.name, wanted)
            self.promises.never_answered.add(self.name)
            return
        if answer.status != 201:
            return
        number = answer.body["reservation_id"]
        seats = sorted(seat["seat_id"] for seat in answer.body["reservation"]["seat_details"])
        self.promises.booked[number] = {"user": self.name, "seats": seats, "method": method}
        if method != "card_withdrawn":
            self.holds.booked(self.name, seats)
        if self.rng.random() < 0.6:
            time.sleep(self.rng.uniform(0, 1))
            self._cancel(number, seats)

    def _cancel(self, number: str, seats: list[int]) -> None:
        self.holds.let_go(self.name, seats)
        self.promises.perhaps_cancelled.add(number)
        answer = self.shop.post(f"/api/reservations/{number}/cancel/")
        if answer is not None and answer.status == 200:
            self.promises.cancelled.add(number)

    def _post(self, what: str, seat_ids: list[int], **more: Any) -> Answer | None:
        asked_at = self.holds.clock()
        answer = self.shop.post(
            f"/api/events/{self.event_id}/{what}/",
            {"seat_ids": seat_ids, **more},
            # What nobody has a key for cannot be asked for twice.
            is_keyed=what != "lock" or self.rng.random() < 0.7,
        )
        if answer is not None and answer.status == 409:
            conflicts = answer.body.get("conflicts", ())
            self.holds.refused(self.name, conflicts, asked_at=asked_at)
        return answer
