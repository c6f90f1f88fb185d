"""The fan-out of a frame to all viewers, with backpressure."""

import asyncio
from typing import Any

from realtime.frames import Frame
from realtime.viewers import VIEWERS_BETWEEN_YIELDS, Viewer, ViewerGroup


class Socket:
    """A viewer's transport, which is full while the viewer does not read."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.codes: list[int] = []
        self.is_read = True
        self.viewer = Viewer(_no_send)
        self.viewer.transport = self

    def offer(self, frame: Frame) -> bool:
        if self.is_read:
            self.texts.append(frame.text)
        return self.is_read

    def close(self, code: int) -> None:
        self.codes.append(code)

    def read(self) -> None:
        self.is_read = True
        self.viewer.on_writable()


async def _no_send(_: dict[str, Any]) -> None: ...


def send_first_frame(viewer: Viewer) -> None:
    viewer.offer(Frame(f"from {viewer.seq}"), seq=9)


def joined(group: ViewerGroup, *, seq: int | None = 0) -> Socket:
    socket = Socket()
    socket.viewer.seq = seq
    group.add(socket.viewer, send_missed=send_first_frame)
    return socket


async def test_all_viewers_are_sent_the_frame() -> None:
    group = ViewerGroup()
    sockets = [joined(group) for _ in range(3)]
    await group.publish(Frame("a"), since=0, seq=1)
    assert [socket.texts for socket in sockets] == [["a"]] * 3
    assert [socket.viewer.seq for socket in sockets] == [1, 1, 1]


async def test_viewers_that_have_the_state_already_are_skipped() -> None:
    group = ViewerGroup()
    late = joined(group, seq=1)
    await group.publish(Frame("a"), since=0, seq=1)
    assert late.texts == []


async def test_a_viewer_that_was_behind_is_sent_what_it_missed_once_writable() -> None:
    group = ViewerGroup()
    socket = joined(group)
    await group.publish(Frame("1"), since=0, seq=1)
    socket.is_read = False
    for seq in (2, 3):
        await group.publish(Frame(str(seq)), since=seq - 1, seq=seq)
    assert socket.texts == ["1"]
    socket.read()
    assert socket.texts == ["1", "from 1"]
    assert socket.viewer.seq == 9


async def test_a_removed_viewer_is_sent_nothing() -> None:
    group = ViewerGroup()
    socket = joined(group)
    socket.is_read = False
    await group.publish(Frame("1"), since=0, seq=1)
    group.remove(socket.viewer)
    socket.read()
    assert socket.texts == []


async def test_publishing_to_many_viewers_yields_to_the_event_loop() -> None:
    group = ViewerGroup()
    last = [joined(group) for _ in range(VIEWERS_BETWEEN_YIELDS + 1)]
    publishing = asyncio.create_task(group.publish(Frame("a"), since=0, seq=1))
    await asyncio.sleep(0)
    sent = sum(bool(socket.texts) for socket in last)
    await publishing
    assert sent == VIEWERS_BETWEEN_YIELDS
    assert all(socket.texts == ["a"] for socket in last)


async def test_resend_all_sends_first_frames_from_nothing() -> None:
    group = ViewerGroup()
    sockets = [joined(group, seq=5) for _ in range(VIEWERS_BETWEEN_YIELDS + 1)]
    await group.resend_all(send_first_frame)
    assert all(socket.texts == ["from None"] for socket in sockets)


async def test_only_viewers_that_are_behind_for_long_are_closed(monkeypatch: Any) -> None:
    monkeypatch.setattr("realtime.viewers.MAX_SECONDS_BEHIND", 0.0)
    group = ViewerGroup()
    well, stuck = joined(group), joined(group)
    stuck.is_read = False
    await group.publish(Frame("1"), since=0, seq=1)
    group.close_slow()
    assert (well.codes, stuck.codes) == ([], [4408])
