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
    "beat": {"type", "seq", "now", "viewers", "revision", "next"},
}
OPTIONAL = {"snapshot": {"kept"}, "delta": {"kept"}}


@dataclass(frozen=True, slots=True)
class ShownSeat:
    """A seat as a viewer knows it: status code, deadline in Unix milliseconds, and holder.

    If its lock `is_kept` it is blocked when the lock ends.
    """

    status: int = SeatStatus.AVAILABLE
    locked_until: int | None = None
    holder: str | None = None
    is_kept: bool = False


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
        assert frame.keys() - OPTIONAL.get(kind, set()) == FIELDS[kind], "it has other fields"
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
        kept = _kept(frame, {index for index, *_ in frame["locks"]})
        for index, until, holder in frame["locks"]:
            assert states[index] == ShownSeat(SeatStatus.LOCKED), "a lock on a seat without one"
            states[index] = _state(SeatStatus.LOCKED, until, holder, index in kept)
        assert ShownSeat(SeatStatus.LOCKED) not in states, "a locked seat without its lock"
        self.seq, self.layout, self.states = frame["seq"], frame["layout"], states
        self.snapshots += 1

    def _apply_delta(self, frame: dict[str, Any]) -> None:
        assert frame["from"] == self.seq, "a gap"
        assert frame["seq"] >= frame["from"], "a step back"
        changed = [index for index, *_ in frame["changes"]]
        assert len(set(changed)) == len(changed), "a seat twice"
        assert all(0 <= index < len(self.states) for index in changed), "no such seat"
        kept = _kept(frame, {index for index, status, *_ in frame["changes"] if status == 1})
        for index, status, until, holder in frame["changes"]:
            self.states[index] = _state(status, until, holder, index in kept)
        self.seq = frame["seq"]
        self.deltas += 1


@dataclass(frozen=True, slots=True)
class Numbering:
    """The section and the pool of each seat of a layout, by index."""

    sections: tuple[int, ...]
    pools: tuple[int, ...]

    @property
    def every_section(self) -> frozenset[int]:
        return frozenset(self.sections)

    def seats(self, section: int) -> list[int]:
        return [index for index, each in enumerate(self.sections) if each == section]


class PartFollower:
    """A client that subscribes to sections.

    `sections` are those it is subscribed to as of the last frame, `wanted` those it asked for last,
    `requests` what it asked for by number. `states` has the seats of `sections` only. `free` are
    the counts as of the number `free_seq`.
    """

    def __init__(self, numbering: Mapping[str, Numbering]) -> None:
        self.seq: int | None = None
        self.layout = ""
        self.sections: frozenset[int] = frozenset()
        self.wanted: frozenset[int] = frozenset()
        self.states: dict[int, ShownSeat] = {}
        self.free: list[int] = []
        self.free_seq = -1
        self.numbering = numbering
        self.requests: dict[int, tuple[str, frozenset[int]]] = {}
        self._is_new_here = True
        self._at_connect: frozenset[int] = frozenset()

    @property
    def query(self) -> str:
        """The query string that continues from the current state, and adds what is wanted."""
        known = "" if self.seq is None else f"&since={self.seq}"
        added = _numbers(self.wanted - self.sections)
        sections = _numbers(self.sections & self.wanted)
        return f"?sections={sections}&add={added}&layout={self.layout}{known}"

    def connect(self) -> None:
        """Start a new connection, whose first frame is still to come."""
        self._is_new_here = True
        self.requests.clear()
        self._at_connect = self.wanted

    def request(self, sections: frozenset[int]) -> dict[str, Any]:
        """Return a frame that subscribes to other sections of the layout."""
        self.wanted = sections
        number = len(self.requests)
        self.requests[number] = self.layout, sections
        return {
            "type": "subscribe",
            "layout": self.layout,
            "sections": _numbers(sections),
            "id": number,
        }

    def hear(self, text: str | bytes) -> None:
        """Apply a frame. Raises: BreachOfProtocol if it is malformed or leaves a gap."""
        frame = json.loads(text)
        try:
            if frame["type"] == "beat":
                assert not self._is_new_here, "a beat cannot come first"
                assert frame["seq"] == self.seq, "a beat for what was not sent"
            else:
                self._apply(frame)
        except (AssertionError, TypeError, ValueError, KeyError, LookupError) as error:
            raise BreachOfProtocol(f"at {self.seq}, {error!r}: {frame}") from error
        self._is_new_here = False

    def _apply(self, frame: dict[str, Any]) -> None:
        assert frame["type"] == "part", "not for subscribers"
        assert frame.keys() >= {"from", "seq", "now"}
        assert frame.keys() <= {*("type", "from", "seq", "now"), *_OF_PARTS}, "unknown fields"
        assert all(frame.get(name, True) for name in ("whole", "changes", "free")), "empty fields"
        whole = {row[0]: row[1:] for row in frame.get("whole", [])}
        assert len(whole) == len(frame.get("whole", [])), "a section twice"
        if frame["from"] is None:
            self._start_over(frame, frozenset(whole))
        else:
            assert "layout" not in frame, "a layout without a start"
            assert frame["from"] == self.seq, "a gap"
            assert frame["seq"] >= frame["from"], "a step back"
            self._change_sections(self._sections_after(frame), frozenset(whole))
        self.seq = frame["seq"]
        for section, row in whole.items():
            self._apply_whole(section, *row, now=frame["now"])
        self._apply_changes(frame.get("changes", []), now=frame["now"])
        self._apply_free(frame)

    def _start_over(self, frame: dict[str, Any], whole: frozenset[int]) -> None:
        assert frame.get("free") or not self.numbering[frame["layout"]].pools, "no counts"
        is_other = frame["layout"] != self.layout
        self.layout, self.sections, self.states = frame["layout"], whole, {}
        self.free = [-1] * (max(self.numbering[self.layout].pools, default=-1) + 1)
        if "id" in frame:
            layout, sections = self.requests[frame["id"]]
            assert (layout, sections) == (self.layout, whole), "it was asked for other sections"
        elif is_other:
            self.wanted = frozenset()

    def _sections_after(self, frame: dict[str, Any]) -> frozenset[int]:
        if "id" in frame:
            layout, sections = self.requests[frame["id"]]
            assert layout == self.layout, "a request for another layout"
            return sections
        return self._at_connect if self._is_new_here else self.sections

    def _change_sections(self, sections: frozenset[int], whole: frozenset[int]) -> None:
        assert whole >= sections - self.sections, "an added section without its state"
        self.sections = sections
        of_seats = self.numbering[self.layout].sections
        self.states = {at: seat for at, seat in self.states.items() if of_seats[at] in sections}

    def _apply_whole(
        self, section: int, statuses: str, locks: list[list[Any]] | None = None, *, now: int
    ) -> None:
        assert section in self.sections, "a section that it is not subscribed to"
        seats = self.numbering[self.layout].seats(section)
        codes = base64.b64decode(statuses, validate=True)
        assert len(codes) == -(-len(seats) // 4), "more or fewer seats than there are"
        for place, index in enumerate(seats):
            self.states[index] = ShownSeat(codes[place // 4] >> place % 4 * 2 & 3)
        for index, left_ms, *holder in locks or []:
            assert self.states[index] == ShownSeat(SeatStatus.LOCKED), "no such lock"
            self.states[index] = _state(SeatStatus.LOCKED, now + left_ms, *(holder or [None]))
        of_section = {self.states[index] for index in seats}
        assert ShownSeat(SeatStatus.LOCKED) not in of_section, "a locked seat without its lock"

    def _apply_changes(self, changes: list[list[Any]], *, now: int) -> None:
        assert len({change[0] for change in changes}) == len(changes), "a seat twice"
        for index, status, *lock in changes:
            section = self.numbering[self.layout].sections[index]
            assert section in self.sections, "a section that it is not subscribed to"
            fields: list[Any] = [*lock, *(None, None, False)[len(lock) :]]
            left_ms, holder, is_kept = fields
            until = None if left_ms is None else now + left_ms
            self.states[index] = _state(status, until, holder, is_kept)

    def _apply_free(self, frame: dict[str, Any]) -> None:
        if self._is_new_here:
            assert "free" in frame, "no counts at first"
        for first, *counts in frame.get("free", []):
            assert first + len(counts) <= len(self.free), "no such pool"
            self.free[first : first + len(counts)] = counts
        if "free" in frame:
            assert -1 not in self.free, "a pool without a count"
            self.free_seq = frame["seq"]


_OF_PARTS = {"layout", "id", "whole", "changes", "free"}


def _numbers(sections: frozenset[int]) -> str:
    return ",".join(map(str, sorted(sections)))


def _kept(frame: dict[str, Any], locked: set[int]) -> set[int]:
    kept = frame.get("kept", [])
    assert kept or "kept" not in frame, "an empty field"
    assert set(kept) <= locked, "a kept seat without a lock"
    return set(kept)


def _state(status: Any, until: Any, holder: Any, is_kept: Any = False) -> ShownSeat:
    assert isinstance(status, int), "no status"
    if SeatStatus(status) is SeatStatus.LOCKED:
        assert type(until) is int, "a lock without a deadline"
        assert holder is None or type(holder) is str, "a holder without a name"
    else:
        assert (until, holder) == (None, None), "a lock on a seat without one"
    assert type(is_kept) is bool, "kept or not"
    return ShownSeat(status, until, holder, is_kept)
