"""Bytes and CPU of a frame's encodings: JSON, deflated JSON, and a binary form of the same content.

`python -m benchmarks.encodings [--changes 500] [--frames 200]`. Frames of a stadium's changes at
random, ten a second, as whole-map deltas, and as parts of three sections, of counts, and of both.
Deflated: raw, without context from other frames, so that the bytes are the same for all viewers.
"""

import argparse
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from random import Random
from statistics import median
from typing import Any

SECTIONS, SEATS, NEAR_SECTIONS, FRAMES_PER_SECOND = 76, 50_000, 3, 10
LOCK_MS = 300_000
_TIME_MS = 1_767_225_600_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--frames", type=int, default=200)
    options = parser.parse_args()
    kinds = _frames(options.changes // FRAMES_PER_SECOND, options.frames)
    encodings: dict[str, Callable[[str], bytes]] = {
        "JSON": str.encode,
        "deflate 1": lambda text: _deflated(text, 1),
        "deflate 6": lambda text: _deflated(text, 6),
        "binary": _binary,
        "binary, deflate 1": lambda text: _deflated(_binary(text), 1),
    }
    print(f"{'':14}" + "".join(f"{name:>28}" for name in encodings))
    for kind, texts in kinds.items():
        cells = []
        for encode in encodings.values():
            size = sum(len(encode(text)) for text in texts) / len(texts)
            cells.append(f"{size:8.0f} B {_microseconds(encode, texts):7.1f} us")
        print(f"{kind:14}" + "".join(f"{cell:>28}" for cell in cells))


def _microseconds(encode: Callable[[str], bytes], texts: list[str]) -> float:
    """Return the CPU time of encoding a frame, the median of five runs."""
    runs = []
    for _ in range(5):
        before = time.process_time_ns()
        for text in texts:
            encode(text)
        runs.append((time.process_time_ns() - before) / 1e3 / len(texts))
    return median(runs)


def _frames(changes: int, count: int) -> dict[str, list[str]]:
    """Return frames by kind; `changes` is the number of changes in the hall for each frame."""
    from realtime.messages import delta_frame
    from realtime.part_frames import PartFrames
    from realtime.replica import Replica
    from realtime.subscriptions import Subscription
    from reservations.read.selectors import EventHead, MappedSeat, SeatMap
    from reservations.write.changes import Change

    seats = tuple(
        MappedSeat(n, 0, None, None, 0, n * SECTIONS // SEATS, n * SECTIONS // SEATS)
        for n in range(SEATS)
    )
    head = EventHead(seq=100_000, layout="plan", is_public=True)
    replica = Replica(SeatMap(head=head, seats=seats), shows_names=False)
    random = Random(1)
    near = (1 << NEAR_SECTIONS) - 1
    kinds: dict[str, list[str]] = {"whole": [], "near": [], "counts": [], "near + counts": []}
    for number in range(count):
        since = replica.seq
        now_ms = _TIME_MS + number * 1000 // FRAMES_PER_SECOND
        states = [
            Change(random.randrange(SEATS), *_state(random, now_ms), None) for _ in range(changes)
        ]
        replica.merge(since=since, seq=since + changes, changes=states)
        published = replica.publish()
        assert published
        kinds["whole"].append(
            delta_frame(since=since, seq=replica.seq, now_ms=now_ms, changes=published[1])
        )
        parts = PartFrames()
        counted = max(100_000, replica.seq - changes * FRAMES_PER_SECOND)
        subscription = Subscription("plan", wanted=near, known=near, counts_seq=counted)
        if changed := near & parts.changed_sections(replica, since=since):
            part = parts.changes(replica, viewer_seq=since, since=since, sections=changed)
            kinds["near"].append(part.text)
        both = parts.everything(replica, since=since, subscription=subscription)
        kinds["near + counts"].append(both.text)
        far = Subscription("plan", wanted=0, counts_seq=counted)
        kinds["counts"].append(parts.everything(replica, since=since, subscription=far).text)
    return kinds


def _state(random: Random, now_ms: int) -> tuple[int, datetime | None]:
    """Return a lock of five minutes that was made since the frame before, or a free seat."""
    made_ms = now_ms - random.randrange(1000 // FRAMES_PER_SECOND)
    until = datetime.fromtimestamp((made_ms + LOCK_MS) / 1000, UTC)
    return random.choice([(1, until), (0, None)])


def _deflated(content: str | bytes, level: int) -> bytes:
    """Return what `permessage-deflate` sends without context takeover (RFC 7692, 7.2.1)."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15)
    data = content.encode() if isinstance(content, str) else content
    flushed = compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return flushed.removesuffix(b"\x00\x00\xff\xff")


def _binary(text: str) -> bytes:
    """Return the same content as fixed and variable-length integers."""
    frame: dict[str, Any] = json.loads(text)
    now = frame["now"]
    start = frame["seq"] if frame["from"] is None else frame["from"]
    parts = [struct.pack("<BQ", 1, now), _integers([start, frame["seq"] - start])]
    for index, status, *lock in sorted(frame.get("changes", [])):
        parts.append(_integers([index << 2 | status]))
        if status == 1:
            left = lock[0] - now if lock[0] > now // 2 else lock[0]
            parts.append(_integers([abs(left)]))
    for run in frame.get("free", []):
        parts.append(_integers([run[0], len(run) - 1, *run[1:]]))
    return b"".join(parts)


def _integers(values: Iterable[int]) -> bytes:
    """Return integers of seven bits a byte, the lowest first (LEB128)."""
    encoded = bytearray()
    for value in values:
        rest = value
        while rest >= 0x80:
            encoded.append(rest & 0x7F | 0x80)
            rest >>= 7
        encoded.append(rest)
    return bytes(encoded)


if __name__ == "__main__":
    import django

    django.setup()
    main()
