import base64
import json

import pytest

from realtime.messages import (
    BadFrame,
    Seen,
    WireChange,
    beat_frame,
    delta_frame,
    parse_client_frame,
    snapshot_frame,
)
from reservations.read.packing import packed


def test_four_seats_are_packed_in_a_byte_lowest_bits_first() -> None:
    assert base64.b64decode(packed(bytes([1, 2, 3, 0, 2]))) == bytes([0b00_11_10_01, 0b10])


@pytest.mark.parametrize("count", range(10))
def test_packing_keeps_all_seats(count: int) -> None:
    statuses = bytes(index % 4 for index in range(count))
    codes = base64.b64decode(packed(statuses))
    assert bytes(codes[i // 4] >> i % 4 * 2 & 3 for i in range(count)) == statuses


def test_frames_match_the_protocol() -> None:
    assert json.loads(
        snapshot_frame(
            event_id=7,
            seq=3,
            now_ms=10,
            layout="plan",
            statuses=bytes([1, 0]),
            locks=[(0, 20, "alice")],
        )
    ) == {
        "type": "snapshot",
        "event": 7,
        "seq": 3,
        "now": 10,
        "layout": "plan",
        "statuses": "AQ==",
        "locks": [[0, 20, "alice"]],
    }
    assert json.loads(
        delta_frame(since=3, seq=5, now_ms=10, changes=[WireChange(1, 1, 20, "bob")])
    ) == {"type": "delta", "from": 3, "seq": 5, "now": 10, "changes": [[1, 1, 20, "bob"]]}
    assert json.loads(beat_frame(seq=5, now_ms=10, viewers=2, revision=3)) == {
        "type": "beat",
        "seq": 5,
        "now": 10,
        "viewers": 2,
        "revision": 3,
    }


def test_seen_frames_are_parsed() -> None:
    assert parse_client_frame('{"type": "seen", "seq": 12}') == Seen(seq=12)


def test_a_frame_of_a_type_that_only_newer_servers_know_is_ignored() -> None:
    assert parse_client_frame('{"type": "wave", "hands": 2}') is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rubbish",
        "[]",
        "null",
        '{"type": "seen"}',
        '{"type": "seen", "seq": -1}',
        '{"type": "seen", "seq": true}',
        '{"type": "seen", "seq": 1.5}',
        '{"type": "seen", "seq": "1"}',
        '{"type": "seen", "seq": 9223372036854775808}',
        '{"seq": 1}',
        '{"type": 1}',
        "[" * 250,
        '{"type": "seen", "seq": 1, "more": "' + "x" * 300 + '"}',
    ],
)
def test_other_frames_are_rejected(text: str) -> None:
    with pytest.raises(BadFrame):
        parse_client_frame(text)
