"""Subscribers to sections under random changes, subscriptions and losses of connection.

The writer, viewers and frames are the real ones; the database and the processes' steps are those of
`test_viewers_at_random`. What a viewer has of its sections must be what the database had at the
viewer's number, its counts what they were at theirs, and in the end everything agrees.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
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

from realtime.limits import TokenBucket
from realtime.messages import parse_client_frame
from realtime.subscriptions import subscription_of
from realtime.viewers import Viewer
from realtime.writer import COUNT_SECONDS, HubWriter
from reservations.domain.states import SeatStatus
from reservations.events.changes import ChangeSet
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import SeatMap
from tests.following import BreachOfProtocol, Numbering, PartFollower, ShownSeat
from tests.realtime.test_viewers_at_random import EVENT, Database, Process, Reading, commands

pytestmark = pytest.mark.any_database

SECTIONS = 3
HALF = 3


def section_of(index: int) -> int:
    return index % SECTIONS


def pool_of(index: int) -> int:
    """Two pools in each section: its seats before HALF, and the others."""
    return section_of(index) + SECTIONS * (index >= HALF)


class SectionedDatabase(Database):
    def seat_map(self, head: EventHead) -> SeatMap:
        """Like `selectors.seat_map`, which reads the seats of the head's layout only."""
        found = super().seat_map(head)
        seats = [
            replace(seat, section=section_of(index), pool=pool_of(index))
            for index, seat in enumerate(found.seats[: self.seats_by_layout[head.layout]])
        ]
        return SeatMap(head=found.head, seats=tuple(seats))

    def numbering(self) -> dict[str, Numbering]:
        return {
            layout: Numbering(
                tuple(map(section_of, range(seats))), tuple(map(pool_of, range(seats)))
            )
            for layout, seats in self.seats_by_layout.items()
        }

    def possible_counts(self, layout: str, pool: int, *, since: int, until: int) -> range:
        """Return the counts of a layout's pool, some of whose seats may be of a later number."""
        free = ShownSeat(SeatStatus.AVAILABLE)
        seats = [
            self.states(index, since=since, until=until)
            for index in range(self.seats_by_layout[layout])
            if pool_of(index) == pool
        ]
        least = sum(states == {free} for states in seats)
        return range(least, sum(free in states for states in seats) + 1)


class WritingProcess(Process):
    """A process with a real writer, whose rounds are made one by one."""

    def load(self, head: EventHead) -> None:
        super().load(head)
        self.writer = HubWriter(
            EVENT, replica=self.replica, viewers=self.viewers, count_viewers=lambda: 1
        )

    def send_first_frame(self, viewer: Viewer) -> None:
        self.writer.send_first_frame(viewer)

    async def resend_all(self, head: EventHead) -> None:
        self.load(head)
        await self.viewers.resend_all(self.writer.send_first_frame)
        for viewer in tuple(self.viewers._viewers):
            viewer.join(self.writer.send_first_frame, self.writer.subscribe)

    async def publish(self) -> None:
        await self.writer._write_changes()

    async def beat(self) -> None:
        await self.writer._write_beat()

    def let_a_second_pass(self) -> None:
        self.writer._counted_at = -COUNT_SECONDS


@dataclass(eq=False)
class Subscriber:
    """A viewer with its socket, which takes nothing while it is stalled."""

    follower: PartFollower
    is_flowing: asyncio.Event
    # Whether its requests are only answered with counts.
    is_throttled: bool
    process: WritingProcess | None = None
    viewer: Viewer | None = None
    # How far ahead of its number some of what it was shown may be.
    ahead: int = 0
    breach: BreachOfProtocol | None = None

    async def send(self, process: WritingProcess, message: dict[str, Any]) -> None:
        if self.process is not process:
            return  # What was under way is lost with the connection.
        try:
            self.follower.hear(message["text"])
        except BreachOfProtocol as breach:
            self.breach = breach
        self.ahead = max(self.ahead, process.loaded_at)
        await self.is_flowing.wait()


some_sections = st.frozensets(st.integers(0, SECTIONS - 1))


class SubscribersMissNothing(RuleBasedStateMachine):
    messages = Bundle("messages")
    readings = Bundle("readings")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = SectionedDatabase()
        self.subscribers: list[Subscriber] = []
        self.processes: list[WritingProcess] = []

    @initialize()
    def start_two_processes(self) -> None:
        self.processes = [self.start(), self.start()]

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
        for subscriber in self.subscribers:
            subscriber.follower.numbering = self.database.numbering()

    @rule(target=readings, place=st.integers(0, 1))
    def read_the_head(self, place: int) -> Reading:
        return self.processes[place].read_head()

    @rule(reading=consumes(readings))
    def apply_what_was_read(self, reading: Reading) -> None:
        self.run(partial(reading.process.apply_reading, reading))

    @rule(place=st.integers(0, 1), passes=st.booleans())
    def publish(self, place: int, passes: bool) -> None:
        if passes:
            self.processes[place].let_a_second_pass()
        self.run(self.processes[place].publish)

    @rule(place=st.integers(0, 1))
    def beat(self, place: int) -> None:
        self.run(self.processes[place].beat)

    @rule(place=st.integers(0, 1))
    def restart(self, place: int) -> None:
        for subscriber in self.subscribers:
            if subscriber.process is self.processes[place]:
                self.run(partial(self.leave, subscriber))
        self.processes[place] = self.start()

    @rule(place=st.integers(0, 1), batch=st.lists(commands, min_size=1, max_size=3))
    def load_while_there_are_changes(self, place: int, batch: list[dict[int, ShownSeat]]) -> None:
        head = self.database.head()
        self.database.commit(batch)
        self.run(partial(self.processes[place].resend_all, head))

    @precondition(lambda self: len(self.subscribers) < 5)
    @rule(place=st.integers(0, 1), is_throttled=st.booleans())
    def connect(self, place: int, is_throttled: bool) -> None:
        follower = PartFollower(self.database.numbering())
        subscriber = Subscriber(follower, asyncio.Event(), is_throttled)
        self.subscribers.append(subscriber)
        self.run(partial(self.join, subscriber, self.processes[place]))

    @precondition(lambda self: self.subscribers)
    @rule(data=st.data(), sections=some_sections)
    def subscribe(self, data: st.DataObject, sections: frozenset[int]) -> None:
        subscriber = data.draw(st.sampled_from(self.subscribers))
        if subscriber.viewer is not None:
            message = parse_client_frame(json.dumps(subscriber.follower.request(sections)))
            self.run(partial(self.hand_over, subscriber.viewer, message))

    @precondition(lambda self: self.subscribers)
    @rule(data=st.data(), place=st.integers(0, 1), sections=st.none() | some_sections)
    def reconnect(self, data: st.DataObject, place: int, sections: frozenset[int] | None) -> None:
        subscriber = data.draw(st.sampled_from(self.subscribers))
        self.run(partial(self.leave, subscriber))
        if sections is not None:
            subscriber.follower.wanted = sections
        self.run(partial(self.join, subscriber, self.processes[place]))

    @precondition(lambda self: self.subscribers)
    @rule(data=st.data())
    def stall(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.subscribers)).is_flowing.clear()

    @precondition(lambda self: self.subscribers)
    @rule(data=st.data())
    def flow(self, data: st.DataObject) -> None:
        subscriber = data.draw(st.sampled_from(self.subscribers))
        self.run(partial(self.let_flow, subscriber))

    @invariant()
    def subscribers_match_the_database_at_their_number(self) -> None:
        for subscriber in self.subscribers:
            assert subscriber.breach is None
            follower = subscriber.follower
            assert follower.seq is not None
            until = max(follower.seq, subscriber.ahead)
            for index, shown in follower.states.items():
                assert shown in self.database.states(index, since=follower.seq, until=until)
            for pool, count in enumerate(follower.free):
                until = max(follower.free_seq, subscriber.ahead)
                assert count in self.database.possible_counts(
                    follower.layout, pool, since=follower.free_seq, until=until
                )

    @invariant()
    def subscribers_have_the_seats_of_their_sections(self) -> None:
        for subscriber in self.subscribers:
            follower = subscriber.follower
            seats = range(self.database.seats_by_layout[follower.layout])
            assert follower.states.keys() == {
                index for index in seats if section_of(index) in follower.sections
            }

    def teardown(self) -> None:
        try:
            self.subscribers_end_equal_to_the_database()
        finally:
            self.runner.close()

    def subscribers_end_equal_to_the_database(self) -> None:
        for subscriber in self.subscribers:
            if subscriber.process is None:
                self.run(partial(self.join, subscriber, self.processes[0]))
            self.run(partial(self.let_flow, subscriber))
        for process in self.processes:
            self.run(partial(process.apply_reading, process.read_head()))
            process.let_a_second_pass()
            self.run(process.publish)
            self.run(process.beat)
        self.subscribers_match_the_database_at_their_number()
        self.subscribers_have_the_seats_of_their_sections()
        seq, states = self.database.truth()
        for subscriber in self.subscribers:
            follower = subscriber.follower
            assert (follower.seq, follower.sections) == (seq, follower.wanted)
            assert all(states[index] == shown for index, shown in follower.states.items())
            assert follower.free_seq == seq or follower.free == self.free_now(states)
            assert follower.free == self.free_now(states)

    def free_now(self, states: list[ShownSeat]) -> list[int]:
        free = [0] * (max(map(pool_of, range(len(states)))) + 1)
        for index, shown in enumerate(states):
            free[pool_of(index)] += shown.status == SeatStatus.AVAILABLE
        return free

    def start(self) -> WritingProcess:
        started: list[WritingProcess] = []

        async def start() -> None:
            started.append(WritingProcess(self.database))

        self.run(start)
        return started[0]

    async def join(self, subscriber: Subscriber, process: WritingProcess) -> None:
        """As `watching` and `Hub.add` do."""
        subscriber.is_flowing.set()
        query = subscriber.follower.query.removeprefix("?")
        since, layout = subscriber.follower.seq, subscriber.follower.layout
        subscriber.follower.connect()
        subscriber.process = process
        viewer = subscriber.viewer = Viewer(partial(subscriber.send, process))
        viewer.subscription = subscription_of(query)
        assert viewer.subscription is not None
        if subscriber.is_throttled:
            viewer.subscription.bucket = TokenBucket(capacity=0, per_second=0)
        if since is not None and since > process.replica.published_seq:
            await process.apply_reading(process.read_head())
            await process.publish()
        process.viewers.add(
            viewer, send_missed=process.send_first_frame, request=process.writer.subscribe
        )
        viewer.seq = since if layout == process.replica.layout else None
        process.send_first_frame(viewer)

    async def hand_over(self, viewer: Viewer, message: Any) -> None:
        viewer.subscribe(message)

    async def leave(self, subscriber: Subscriber) -> None:
        if subscriber.process is not None and subscriber.viewer is not None:
            subscriber.process.viewers.remove(subscriber.viewer)
        subscriber.process = subscriber.viewer = None
        subscriber.is_flowing.set()

    async def let_flow(self, subscriber: Subscriber) -> None:
        subscriber.is_flowing.set()

    def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do some work, and what sockets have to send after it as far as it goes."""

        async def run() -> None:
            await work()
            for _ in range(10):
                await asyncio.sleep(0)

        self.runner.run(run())


TestSubscribersMissNothing = SubscribersMissNothing.TestCase
TestSubscribersMissNothing.settings = settings(
    max_examples=max(30, settings().max_examples // 5), stateful_step_count=40
)
