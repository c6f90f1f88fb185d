"""A client of the protocol that checks every frame against `docs/protocol.md`. No I/O."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reservations.domain.states import SeatStatus

FIELDS = {
    "snapshot": {"type", "event", "seq", "now", "layout", "statuses", "locks"},
    "delta": {"type", "from", "seq", "now", "changes"},
    "beat": {"type", "seq", "now", "viewers", "revision"},
}


@dataclass(frozen=True, slots=True)
class ShownSeat:
    """A seat as a viewer knows it: status code, deadline in Unix milliseconds, and holder."""

    status: int = SeatStatus.AVAILABLE
    locked_until: int | None = None
    holder: str | None = None


class BreachOfProtocol(AssertionError):
    """A frame that the protocol does not allow at this point."""


class Follower:
    """A viewer's state after the frames it received. `seats` is the number of seats by layout."""

    def __init__(self, event_id: int, *, seats: Mapping[str, int]) -> None:
        self.seq: int | None = None
        self.layout = ""
        self.states: list[ShownSeat] = []
        self.deltas = self.snapshots = 0
        self._event_id = event_id
        self._seats = seats
        self._is_new_here = True

    @property
    def query(self) -> str:
        """The query string that resumes from the current state."""
        return "" if self.seq is None else f"?since={self.seq}&layout={self.layout}"

    def connect(self) -> None:
        """Start a new connection, whose first frame is still to come."""
        self._is_new_here = True

    def hear(self, text: str | bytes) -> None:
        """Apply a frame. Raises: BreachOfProtocol if it is malformed or leaves a gap."""
        frame = json.loads(text)
        try:
            self._apply(frame)
        except (AssertionError, TypeError, ValueError, KeyError, LookupError) as error:
            raise BreachOfProtocol(f"at {self.seq}, {error!r}: {frame}") from error
        self._is_new_here = False

    def agrees_with(self, seq: int, states: list[ShownSeat]) -> bool:
        return (self.seq, self.states) == (seq, states)

    def _apply(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        assert frame.keys() == FIELDS[kind], "it has other fields"
        assert all(type(frame[name]) is int for name in ("seq", "now")), "a number is none"
        match kind:
            case "snapshot":
                self._apply_snapshot(frame)
            case "delta":
                self._apply_delta(frame)
            case "beat":
                assert not self._is_new_here, "a beat cannot come first"
                assert frame["seq"] == self.seq, "a beat for what was not sent"
                assert frame["viewers"] >= 1, "there is one at least"

    def _apply_snapshot(self, frame: dict[str, Any]) -> None:
        assert frame["event"] == self._event_id, "another event's map"
        seats = self._seats[frame["layout"]]
        codes = base64.b64decode(frame["statuses"], validate=True)
        assert len(codes) == -(-seats // 4), "more or fewer seats than there are"
        statuses = [codes[index // 4] >> index % 4 * 2 & 3 for index in range(seats)]
        states = [ShownSeat(status) for status in statuses]
        for index, until, holder in frame["locks"]:
            assert states[index] == ShownSeat(SeatStatus.LOCKED), "a lock on a seat without one"
            states[index] = _state(SeatStatus.LOCKED, until, holder)
        assert ShownSeat(SeatStatus.LOCKED) not in states, "a locked seat without its lock"
        self.seq, self.layout, self.states = frame["seq"], frame["layout"], states
        self.snapshots += 1

    def _apply_delta(self, frame: dict[str, Any]) -> None:
        assert frame["from"] == self.seq, "a gap"
        assert frame["seq"] >= frame["from"], "a step back"
        changed = [index for index, *_ in frame["changes"]]
        assert len(set(changed)) == len(changed), "a seat twice"
        assert all(0 <= index < len(self.states) for index in changed), "no such seat"
        for index, *state in frame["changes"]:
            self.states[index] = _state(*state)
        self.seq = frame["seq"]
        self.deltas += 1


def _state(status: Any, until: Any, holder: Any) -> ShownSeat:
    assert isinstance(status, int), "no status"
    if SeatStatus(status) is SeatStatus.LOCKED:
        assert type(until) is int, "a lock without a deadline"
        assert holder is None or type(holder) is str, "a holder without a name"
    else:
        assert (until, holder) == (None, None), "a lock on a seat without one"
    return ShownSeat(status, until, holder)
