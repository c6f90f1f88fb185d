import base64
import json

import pytest

from realtime.messages import (
    MAX_FRAME_CHARACTERS,
    BadFrame,
    Seen,
    Subscribe,
    WireChange,
    beat_frame,
    changes_fragment,
    delta_frame,
    parse_client_frame,
    snapshot_frame,
    subscription_query,
)
from realtime.sections import MAX_NUMBERED_SECTIONS, mask_of, numbers_in, parse_sections
from reservations.events.packing import packed


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
    assert changes_fragment([WireChange(1, 1, 20, None, is_kept=True)], now_ms=10) == (
        "[1,1,10,null,true]"
    )
    assert json.loads(beat_frame(seq=5, now_ms=10, viewers=2, revision=3, next_ms=1000)) == {
        "type": "beat",
        "seq": 5,
        "now": 10,
        "viewers": 2,
        "revision": 3,
        "next": 1000,
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
        '{"type": "seen", "seq": 1, "more": "' + "x" * MAX_FRAME_CHARACTERS + '"}',
        '{"type": "subscribe", "sections": "1"}',
        '{"type": "subscribe", "layout": "plan"}',
        '{"type": "subscribe", "layout": "plan", "sections": [1]}',
        '{"type": "subscribe", "layout": "plan", "sections": "1", "id": -1}',
    ],
)
def test_other_frames_are_rejected(text: str) -> None:
    with pytest.raises(BadFrame):
        parse_client_frame(text)


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("", []),
        ("3", [3]),
        ("3,7-9,3", [3, 7, 8, 9]),
        ("9-7,x,,-1,1-,2.5,+4,٣,100000", []),
        ("0-99999", [*range(MAX_NUMBERED_SECTIONS)]),
        ("99998-99999", []),
    ],
)
def test_sections_are_numbers_and_runs_of_them(text: str, sections: list[int]) -> None:
    assert [*numbers_in(parse_sections(text))] == sections


def test_all_sections_are_those_of_any_layout() -> None:
    assert parse_sections("all") & mask_of([0, 20_000]) == mask_of([0, 20_000])


def test_subscribe_frames_are_parsed() -> None:
    text = '{"type": "subscribe", "layout": "plan", "sections": "0,2", "id": 5}'
    assert parse_client_frame(text) == Subscribe("plan", 0b101, 5)
    text = '{"type": "subscribe", "layout": "plan", "sections": ""}'
    assert parse_client_frame(text) == Subscribe("plan", 0, None)


def test_only_a_query_with_sections_subscribes() -> None:
    assert subscription_query("since=3&layout=plan&add=1") is None
    found = subscription_query("sections=&add=1,2&layout=plan")
    assert found is not None
    assert (found.layout, found.sections, found.added) == ("plan", 0, 0b110)
