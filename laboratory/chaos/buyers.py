"""People who buy: they lock, hold for longer, let go, pay in every way there is, and cancel."""

import random
import threading
import time
from dataclasses import dataclass
from typing import Any

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
class Buyer:
    """One person, in a thread of their own, until `is_over`."""

    shop: Shop
    name: str
    event_id: int
    seat_ids: list[int]
    rng: random.Random
    is_over: threading.Event

    def run(self) -> None:
        while not self.is_over.is_set():
            self._buy()
            time.sleep(self.rng.uniform(0, 0.4))

    def _buy(self) -> None:
        start = self.rng.randrange(len(self.seat_ids))
        wanted = self.seat_ids[start : start + self.rng.randint(1, 4)]
        locked = self._post("lock", wanted)
        if locked is None or locked.status != 200:
            # What came of it shows in one's own list.
            wanted = self._held()
        if not wanted:
            return
        if self.rng.random() < 0.2:
            self._post("extend", wanted)
        time.sleep(self.rng.uniform(0, 0.5))
        what = self.rng.random()
        if what < 0.15:
            self._post("unlock", wanted)
        elif what < 0.9:
            self._reserve(wanted)
        # Others forget about them, until the lock has run out.

    def _held(self) -> list[int]:
        answer = self.shop.get(f"/api/events/{self.event_id}/locks/")
        if answer is None or answer.status != 200:
            return []
        return [seat["id"] for seat in answer.body]

    def _reserve(self, wanted: list[int]) -> None:
        method = self.rng.choices(list(_METHODS), list(_METHODS.values()))[0]
        answer = self._post("reserve", wanted, payment_method=method)
        if answer is not None and answer.status == 201 and self.rng.random() < 0.6:
            time.sleep(self.rng.uniform(0, 1))
            self.shop.post(f"/api/reservations/{answer.body['reservation_id']}/cancel/")

    def _post(self, what: str, seat_ids: list[int], **more: Any) -> Answer | None:
        return self.shop.post(
            f"/api/events/{self.event_id}/{what}/",
            {"seat_ids": seat_ids, **more},
            # What nobody has a key for cannot be asked for twice.
            is_keyed=what != "lock" or self.rng.random() < 0.7,
        )
