"""Server and client agree on the frames: both are tested with the same fixtures."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from realtime.messages import (
    Seen,
    Subscribe,
    WireChange,
    beat_frame,
    changes_fragment,
    delta_frame,
    free_fragment,
    parse_client_frame,
    part_frame,
    snapshot_frame,
    whole_fragment,
)
from realtime.replica import MergeResult, Replica
from realtime.sections import mask_of
from reservations.domain.states import SeatStatus
from reservations.events.changes import Change
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import MappedSeat, SeatMap
from tests.following import Numbering, PartFollower

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "protocol"


def fixture(name: str) -> dict[str, Any]:
    return dict(json.loads((FIXTURES / f"{name}.json").read_text()))


def status(word: str) -> SeatStatus:
    return SeatStatus[word.upper()]


def moment(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


def test_the_snapshot_matches_the_fixture() -> None:
    found = fixture("snapshot")
    meant = found["decoded"]
    frame = snapshot_frame(
        event_id=meant["event"],
        seq=meant["seq"],
        now_ms=meant["now"],
        layout=meant["layout"],
        statuses=bytes(status(word) for word in meant["statuses"]),
        locks=[(lock["index"], lock["locked_until"], lock["holder"]) for lock in meant["locks"]],
        kept=[lock["index"] for lock in meant["locks"] if "is_kept" in lock],
    )
    assert json.loads(frame) == found["frame"]


def test_the_delta_matches_the_fixture() -> None:
    found = fixture("delta")
    meant = found["decoded"]
    frame = delta_frame(
        since=meant["from"],
        seq=meant["seq"],
        now_ms=meant["now"],
        changes=[
            WireChange(
                change["index"],
                status(change["status"]),
                change["locked_until"],
                change["holder"],
                change.get("is_kept", False),
            )
            for change in meant["changes"]
        ],
    )
    assert json.loads(frame) == found["frame"]


def test_the_part_matches_the_fixture() -> None:
    found = fixture("part")
    meant, now = found["decoded"], found["decoded"]["now"]
    free = {each["pool"]: each["free"] for each in meant["free"]}
    frame = part_frame(
        since=meant["from"],
        seq=meant["seq"],
        now_ms=now,
        layout=meant["layout"],
        request_id=meant["id"],
        whole=[
            whole_fragment(
                each["section"],
                bytes(state.status for state in _states_of(each)),
                [state for state in _states_of(each) if state.locked_until_ms is not None],
                now_ms=now,
            )
            for each in meant["whole"]
        ],
        changes=[changes_fragment(map(_wire, meant["changes"]), now_ms=now)],
        free=free_fragment([free.get(pool, -1) for pool in range(8)], sorted(free)),
    )
    assert json.loads(frame) == found["frame"]


def test_a_frame_without_changes_has_only_its_numbers() -> None:
    frame = part_frame(
        since=1, seq=2, now_ms=3, layout=None, request_id=None, whole=[], changes=[], free=""
    )
    assert json.loads(frame) == {"type": "part", "from": 1, "seq": 2, "now": 3}


def test_the_subscribe_frame_of_the_fixture_is_parsed() -> None:
    found = fixture("subscribe")
    meant = found["decoded"]
    assert parse_client_frame(json.dumps(found["frame"])) == Subscribe(
        meant["layout"], mask_of(meant["sections"]), meant["id"]
    )


def test_a_subscriber_reads_the_parts_of_the_fixture() -> None:
    found = fixture("parts")
    expected = found["expected"]
    numbering = Numbering(tuple(found["sections"]), tuple(found["pools"]))
    layout = found["frames"][0]["layout"]
    follower = PartFollower({layout: numbering})
    wanted = {int(number): sections for number, sections in found["wanted"].items()}
    follower.requests = {
        number: (layout, frozenset(sections)) for number, sections in wanted.items()
    }
    for frame in found["frames"]:
        follower.hear(json.dumps(frame))
    assert follower.seq == expected["seq"]
    assert sorted(follower.sections) == expected["sections"]
    assert follower.free == expected["free"]
    assert {str(index): state.status for index, state in follower.states.items()} == {
        index: status(word) for index, word in expected["seats"].items()
    }


def test_the_beat_matches_the_fixture() -> None:
    found = fixture("beat")
    meant = found["decoded"]
    frame = beat_frame(
        seq=meant["seq"],
        now_ms=meant["now"],
        viewers=meant["viewers"],
        revision=meant["revision"],
        next_ms=meant["next"],
    )
    assert json.loads(frame) == found["frame"]


def test_the_seen_frame_of_the_fixture_is_parsed() -> None:
    found = fixture("seen")
    assert parse_client_frame(json.dumps(found["frame"])) == Seen(seq=found["decoded"]["seq"])


def test_a_replica_merges_deltas_like_the_client() -> None:
    found = fixture("convergence")
    start, expected = found["snapshot"], found["expected"]
    replica = Replica(_seat_map(found), shows_names=True)
    for frame in found["deltas"]:
        changes = [
            Change(index, code, moment(until), holder, index in frame.get("kept", ()))
            for index, code, until, holder in frame["changes"]
        ]
        result = replica.merge(since=frame["from"], seq=frame["seq"], changes=changes)
        assert result is (MergeResult.APPLIED if changes else MergeResult.KNOWN)
        replica.publish()
    assert replica.published_seq == expected["seq"] > start["seq"]
    assert list(replica.statuses) == [status(word) for word in expected["statuses"]]
    assert sorted(replica.locks()) == sorted(
        (lock["index"], lock["locked_until"], lock["holder"]) for lock in expected["locks"]
    )
    assert replica.kept() == [lock["index"] for lock in expected["locks"] if "is_kept" in lock]


def _wire(state: dict[str, Any]) -> WireChange:
    return WireChange(
        state["index"], status(state["status"]), state["locked_until"], state["holder"]
    )


def _states_of(whole: dict[str, Any]) -> list[WireChange]:
    """Return the states of a section; locked seats are at their index, others at none."""
    locks = iter(whole["locks"])
    states = []
    for word in whole["statuses"]:
        lock = next(locks) if word == "locked" else None
        states.append(
            WireChange(-1, status(word), None, None)
            if lock is None
            else WireChange(lock["index"], status(word), lock["locked_until"], lock["holder"])
        )
    return states


def _seat_map(found: dict[str, Any]) -> SeatMap:
    """Return the seat map of the fixture's snapshot. Seat ids are indexes."""
    start = found["snapshot"]
    locks = {index: (until, holder) for index, until, holder in start["locks"]}
    codes = _unpacked(start["statuses"], found["seats"])
    return SeatMap(
        head=EventHead(seq=start["seq"], layout=start["layout"], is_public=True),
        seats=tuple(
            MappedSeat(index, code, moment(locks.get(index, (None,))[0]), _holder(locks, index), 0)
            for index, code in enumerate(codes)
        ),
    )


def _holder(locks: dict[int, tuple[int, str | None]], index: int) -> str | None:
    return locks[index][1] if index in locks else None


def _unpacked(text: str, seats: int) -> list[int]:
    packed = base64.b64decode(text)
    return [packed[seat // 4] >> seat % 4 * 2 & 3 for seat in range(seats)]
