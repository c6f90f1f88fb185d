"""The seats of an event, kept current from the viewers' frames and shared by all buyers.

A change and a choice of seats touch only the seats concerned, so the size of the hall does not
matter.
"""

import base64
import random
from collections.abc import Iterable, Sequence
from typing import Any

FREE, LOCKED, RESERVED, BLOCKED = range(4)
CODES = {"available": FREE, "locked": LOCKED, "reserved": RESERVED, "blocked": BLOCKED}
# How many random free seats a person compares.
_GLANCES = 3
# The four status codes in each byte of a snapshot.
_FOURS = [bytes(byte >> shift & 3 for shift in (0, 2, 4, 6)) for byte in range(256)]


class Hall:
    """The seats by index: `ids` in the API, and a status code of each in `statuses`."""

    def __init__(self, seats: Sequence[dict[str, Any]]) -> None:
        self.ids = [seat["id"] for seat in seats]
        self.index = {seat_id: index for index, seat_id in enumerate(self.ids)}
        self.xs = [round(seat["x"], 1) for seat in seats]
        self.ys = [round(seat["y"], 1) for seat in seats]
        self._rows = [(seat["section"], seat["row"]) for seat in seats]
        self.statuses = statuses_of(seats)
        self.start = bytes(self.statuses)
        self.seq = -1
        self.left = sum(status in (FREE, LOCKED) for status in self.statuses)
        # Free seats in any order, and the position of each seat in that list, or -1.
        self._free = [index for index, status in enumerate(self.statuses) if status == FREE]
        self._places = [-1] * len(self.ids)
        for place, index in enumerate(self._free):
            self._places[index] = place

    @property
    def free(self) -> int:
        """The number of free seats."""
        return len(self._free)

    def update(self, index: int, status: int) -> bool:
        """Set a seat's status; return whether it changed."""
        before = self.statuses[index]
        if before == status:
            return False
        self.statuses[index] = status
        self.left += (status in (FREE, LOCKED)) - (before in (FREE, LOCKED))
        if before == FREE:
            self._take(index)
        elif status == FREE:
            self._places[index] = len(self._free)
            self._free.append(index)
        return True

    def choose(self, rng: random.Random, count: int) -> list[int]:
        """Return up to `count` free seats side by side, or none.

        Of a few random free seats the foremost one is the first.
        """
        free = self._free
        if not free:
            return []
        first = min(free[int(rng.random() * len(free))] for _ in range(_GLANCES))
        chosen = [first]
        for index in range(first + 1, min(first + count, len(self.ids))):
            if self.statuses[index] != FREE or self._rows[index] != self._rows[first]:
                break
            chosen.append(index)
        return chosen

    def _take(self, index: int) -> None:
        place, last = self._places[index], self._free.pop()
        if last != index:
            self._free[place], self._places[last] = last, place
        self._places[index] = -1


def statuses_of(seats: Iterable[dict[str, Any]]) -> bytearray:
    """Return the status codes of seats as `GET seats/` lists them."""
    return bytearray(CODES[seat["status"]] for seat in seats)


def unpacked(statuses: str, count: int) -> bytearray:
    """Decode the status codes in a snapshot's `statuses`."""
    unpacked = b"".join([_FOURS[byte] for byte in base64.b64decode(statuses)])
    return bytearray(unpacked[:count])


def packed(statuses: bytes) -> str:
    """Encode status codes as in a snapshot: base64, two bits per seat, lowest bits first."""
    padded = statuses + bytes(-len(statuses) % 4)
    return base64.b64encode(
        bytes(
            padded[at] | padded[at + 1] << 2 | padded[at + 2] << 4 | padded[at + 3] << 6
            for at in range(0, len(padded), 4)
        )
    ).decode()
