"""A person without an account, who reads the list of seats and the list of events again and again.

Lists may come from a standby. What is recorded of each is which seats are taken, for the checker.
"""

import random
import threading
from dataclasses import dataclass

from laboratory.chaos.history import ClientHistory
from laboratory.chaos.shop import Shop

NAME = "reader"
_MOST_PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class Reader:
    """Reads until `is_over`."""

    shop: Shop
    event_id: int
    rng: random.Random
    history: ClientHistory
    is_over: threading.Event

    def run(self) -> None:
        while not self.is_over.wait(self.rng.uniform(0, _MOST_PAUSE_SECONDS)):
            self._read_seats()
            self.shop.get("/api/events/")

    def _read_seats(self) -> None:
        path = f"/api/events/{self.event_id}/seats/"
        number = self.history.asked(path, None)
        answer = self.shop.get(path)
        if answer is None or answer.status != 200:
            self.history.answered(number, answer.status if answer else 0, None)
            return
        taken = {
            str(seat["id"]): seat["status"] for seat in answer.body if seat["status"] != "available"
        }
        self.history.answered(number, 200, taken)
