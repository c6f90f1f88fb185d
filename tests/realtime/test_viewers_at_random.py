"""Two server processes and their viewers under random operations, checked frame by frame.

One level above `test_replica_at_random`: real viewer groups, transports and first frames; seat maps
read while seats change; viewers that stall, reconnect to either process and resume. No viewer may
have a state that the database did not have at the viewer's number, and in the end all agree with
the database.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from realtime.first_frames import FirstFrames
from realtime.frames import Frame
from realtime.messages import beat_frame, delta_frame
from realtime.replica import MergeResult, Replica
from realtime.viewers import Viewer, ViewerGroup
from reservations.domain.states import SeatStatus
from reservations.events.changes import Change, ChangeSet
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import LoggedChanges, MappedSeat, SeatMap
from tests.following import BreachOfProtocol, Follower, ShownSeat

pytestmark = pytest.mark.any_database

EVENT = 1
SEATS = 5
MAX_LOG_ROWS = 6
FREE = ShownSeat()


class Database:
    """An event: its committed states and their history."""

    def __init__(self) -> None:
        self.seats_by_layout = {"plan 0": SEATS}
        self.layout = "plan 0"
        self._log: list[dict[int, ShownSeat]] = []
        self._past = [[FREE] * SEATS]

    @property
    def seq(self) -> int:
        return len(self._log)

    def commit(self, numbers: list[dict[int, ShownSeat]]) -> ChangeSet:
        """Commit a batch: one number for each command's new states by index."""
        since = self.seq
        for states in numbers:
            self._log.append(states)
            self._past.append([states.get(index, old) for index, old in enumerate(self._past[-1])])
        return ChangeSet(EVENT, since, self.seq, self._changes(since, self.seq))

    def add_a_seat(self) -> None:
        self.layout = f"plan {len(self.seats_by_layout)}"
        self._past = [[*states, FREE] for states in self._past]
        self.seats_by_layout[self.layout] = len(self._past[-1])

    def states(self, index: int, *, since: int, until: int) -> set[ShownSeat]:
        """Return the states that a seat had between two numbers."""
        return {states[index] for states in self._past[since : until + 1]}

    def truth(self) -> tuple[int, list[ShownSeat]]:
        return self.seq, self._past[-1]

    def read_log(self, *, since: int) -> LoggedChanges | None:
        """Like `selectors.changes_since`."""
        if sum(len(states) for states in self._log[since:]) > MAX_LOG_ROWS:
            return None
        return LoggedChanges(self.seq, self._changes(since, self.seq))

    def head(self) -> EventHead:
        return EventHead(seq=self.seq, layout=self.layout, is_public=True)

    def seat_map(self, head: EventHead) -> SeatMap:
        """Like `selectors.seat_map`: the head was read before, so seats may be newer."""
        versions = dict.fromkeys(range(len(self._past[-1])), 0)
        for seq, states in enumerate(self._log, start=1):
            versions |= dict.fromkeys(states, seq)
        return SeatMap(
            head=head,
            seats=tuple(
                MappedSeat(index, shown.status, _moment(shown.locked_until), shown.holder, version)
                for (index, version), shown in zip(versions.items(), self._past[-1], strict=True)
            ),
        )

    def _changes(self, since: int, until: int) -> tuple[Change, ...]:
        last: dict[int, ShownSeat] = {}
        for states in self._log[since:until]:
            last |= states
        return tuple(
            Change(index, shown.status, _moment(shown.locked_until), shown.holder)
            for index, shown in last.items()
        )


@dataclass
class Reading:
    """What a process has read from the database and not applied yet."""

    process: "Process"
    replica: Replica
    since: int
    head: EventHead
    logged: LoggedChanges | None


class Process:
    """A server process: the steps of its hub, each as long as between two awaits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._first_frames = FirstFrames(EVENT)
        self.viewers = ViewerGroup()
        self.load(database.head())

    def load(self, head: EventHead) -> None:
        self.replica = Replica(self._database.seat_map(head), shows_names=True)
        # Seats may have been read after the number, so these states are published early.
        self.loaded_at = self._database.seq

    def receive(self, message: ChangeSet) -> None:
        self.replica.merge(since=message.since, seq=message.seq, changes=message.changes)

    def read_head(self) -> Reading:
        replica, head = self.replica, self._database.head()
        return Reading(self, replica, replica.seq, head, self._database.read_log(since=replica.seq))

    async def apply_reading(self, reading: Reading) -> None:
        if reading.replica is not self.replica:
            return
        if reading.head.layout != self.replica.layout:
            await self.resend_all(reading.head)
        elif reading.head.seq > self.replica.seq:
            found = reading.logged
            if found is None:
                await self.resend_all(reading.head)
                return
            result = self.replica.merge(since=reading.since, seq=found.seq, changes=found.changes)
            if result is MergeResult.FOREIGN:
                await self.resend_all(self._database.head())

    async def resend_all(self, head: EventHead) -> None:
        self.load(head)
        await self.viewers.resend_all(self.send_first_frame)

    def send_first_frame(self, viewer: Viewer) -> None:
        frame = self._first_frames.frame(self.replica, since=viewer.seq)
        viewer.offer(frame, seq=self.replica.published_seq)

    async def publish(self) -> None:
        if (news := self.replica.publish()) is not None:
            since, changes = news
            seq = self.replica.published_seq
            frame = delta_frame(since=since, seq=seq, now_ms=1, changes=changes)
            await self.viewers.publish(Frame(frame), since=since, seq=seq)

    async def beat(self) -> None:
        seq = self.replica.published_seq
        frame = beat_frame(seq=seq, now_ms=1, viewers=len(self.viewers), revision=0, next_ms=1)
        await self.viewers.publish(Frame(frame), since=seq, seq=seq)


@dataclass(eq=False)
class Watcher:
    """A viewer with its socket, which takes nothing while it is stalled."""

    follower: Follower
    process: Process | None = None
    viewer: Viewer | None = None
    is_flowing: asyncio.Event = field(default_factory=asyncio.Event)
    # How far ahead of its number some of what it was shown may be.
    ahead: int = 0
    breach: BreachOfProtocol | None = None

    async def send(self, process: Process, message: dict[str, Any]) -> None:
        if self.process is not process:
            return  # What was under way is lost with the connection.
        try:
            self.follower.hear(message["text"])
        except BreachOfProtocol as breach:
            self.breach = breach
        self.ahead = max(self.ahead, process.loaded_at)
        await self.is_flowing.wait()


seat_states = st.one_of(
    st.sampled_from([ShownSeat(status) for status in SeatStatus if status != SeatStatus.LOCKED]),
    st.builds(
        partial(ShownSeat, SeatStatus.LOCKED),
        st.integers(1, 10**12),
        st.sampled_from(["alice", "bob"]),
    ),
)
commands = st.dictionaries(st.integers(0, SEATS - 1), seat_states, min_size=1, max_size=3)


class NobodyMissesAnything(RuleBasedStateMachine):
    messages = Bundle("messages")
    readings = Bundle("readings")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database()
        self.watchers: list[Watcher] = []
        self.processes: list[Process] = []

    @initialize()
    def start_two_processes(self) -> None:
        self.processes = [Process(self.database), Process(self.database)]

    # The database and the notifications. Notifications that are never delivered are lost.

    @rule(target=messages, batch=st.lists(commands, min_size=1, max_size=3))
    def commit(self, batch: list[dict[int, ShownSeat]]) -> ChangeSet:
        return self.database.commit(batch)

    @rule(batch=st.lists(commands, min_size=1, max_size=3))
    def commit_and_notify_all(self, batch: list[dict[int, ShownSeat]]) -> None:
        message = self.database.commit(batch)
        for process in self.processes:
            process.receive(message)

    @rule(message=messages, place=st.integers(0, 1))
    def notify(self, message: ChangeSet, place: int) -> None:
        self.processes[place].receive(message)

    @precondition(lambda self: len(self.database.seats_by_layout) < 3)
    @rule()
    def change_the_layout(self) -> None:
        self.database.add_a_seat()

    # The processes.

    @rule(target=readings, place=st.integers(0, 1))
    def read_the_head(self, place: int) -> Reading:
        return self.processes[place].read_head()

    @rule(reading=consumes(readings))
    def apply_what_was_read(self, reading: Reading) -> None:
        self.run(partial(reading.process.apply_reading, reading))

    @rule(place=st.integers(0, 1))
    def publish(self, place: int) -> None:
        self.run(self.processes[place].publish)

    @rule(place=st.integers(0, 1))
    def beat(self, place: int) -> None:
        self.run(self.processes[place].beat)

    @rule(place=st.integers(0, 1))
    def restart(self, place: int) -> None:
        old = self.processes[place]
        for watcher in self.watchers:
            if watcher.process is old:
                self.run(partial(self.leave, watcher))
        self.processes[place] = Process(self.database)

    @rule(place=st.integers(0, 1), batch=st.lists(commands, min_size=1, max_size=3))
    def load_while_there_are_changes(self, place: int, batch: list[dict[int, ShownSeat]]) -> None:
        head = self.database.head()
        self.database.commit(batch)
        self.run(partial(self.processes[place].resend_all, head))

    # The viewers.

    @precondition(lambda self: len(self.watchers) < 6)
    @rule(place=st.integers(0, 1))
    def connect(self, place: int) -> None:
        watcher = Watcher(Follower(EVENT, seats=self.database.seats_by_layout))
        self.watchers.append(watcher)
        self.run(partial(self.join, watcher, self.processes[place]))

    @precondition(lambda self: self.watchers)
    @rule(data=st.data(), place=st.integers(0, 1))
    def reconnect(self, data: st.DataObject, place: int) -> None:
        watcher = data.draw(st.sampled_from(self.watchers))
        self.run(partial(self.leave, watcher))
        self.run(partial(self.join, watcher, self.processes[place]))

    @precondition(lambda self: self.watchers)
    @rule(data=st.data())
    def stall(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.watchers)).is_flowing.clear()

    @precondition(lambda self: self.watchers)
    @rule(data=st.data())
    def flow(self, data: st.DataObject) -> None:
        watcher = data.draw(st.sampled_from(self.watchers))
        self.run(partial(self.let_flow, watcher))

    @invariant()
    def viewers_match_the_database_at_their_number(self) -> None:
        for watcher in self.watchers:
            assert watcher.breach is None
            seq = watcher.follower.seq
            assert seq is not None
            for index, shown in enumerate(watcher.follower.states):
                until = max(seq, watcher.ahead)
                assert shown in self.database.states(index, since=seq, until=until)

    def teardown(self) -> None:
        try:
            self.viewers_end_equal_to_the_database()
        finally:
            self.runner.close()

    def viewers_end_equal_to_the_database(self) -> None:
        for watcher in self.watchers:
            if watcher.process is None:
                self.run(partial(self.join, watcher, self.processes[0]))
            self.run(partial(self.let_flow, watcher))
        for process in self.processes:
            self.run(partial(process.apply_reading, process.read_head()))
            self.run(process.publish)
        self.viewers_match_the_database_at_their_number()
        for watcher in self.watchers:
            assert watcher.follower.agrees_with(*self.database.truth())

    async def join(self, watcher: Watcher, process: Process) -> None:
        """As `Hub.add` does."""
        watcher.is_flowing.set()
        watcher.follower.connect()
        watcher.process, watcher.viewer = process, Viewer(partial(watcher.send, process))
        since, layout = watcher.follower.seq, watcher.follower.layout
        if since is not None and since > process.replica.published_seq:
            await process.apply_reading(process.read_head())
            await process.publish()
        process.viewers.add(watcher.viewer, send_missed=process.send_first_frame)
        watcher.viewer.seq = since if layout == process.replica.layout else None
        process.send_first_frame(watcher.viewer)

    async def leave(self, watcher: Watcher) -> None:
        if watcher.process is not None and watcher.viewer is not None:
            watcher.process.viewers.remove(watcher.viewer)
        watcher.process = watcher.viewer = None
        watcher.is_flowing.set()

    async def let_flow(self, watcher: Watcher) -> None:
        watcher.is_flowing.set()

    def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do some work, and what lines have to send after it as far as it goes."""

        async def run() -> None:
            await work()
            for _ in range(10):
                await asyncio.sleep(0)

        self.runner.run(run())


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


TestNobodyMissesAnything = NobodyMissesAnything.TestCase
TestNobodyMissesAnything.settings = settings(
    max_examples=settings().max_examples // 5, stateful_step_count=40
)
