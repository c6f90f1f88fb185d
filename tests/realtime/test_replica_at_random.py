"""The replica under random operations: no viewer misses a change, whatever notifications do.

A model-based test: the log is a list of states by number; notifications are delivered in any order,
twice, or never; the hub restarts from the database.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from realtime.messages import WireChange
from realtime.replica import MergeResult, Replica
from reservations.events.changes import Change
from reservations.events.event_heads import EventHead
from reservations.events.mapped_seats import MappedSeat, SeatMap

pytestmark = pytest.mark.any_database

DEADLINE = datetime(2030, 1, 1, tzinfo=UTC)
SEATS = 5
RESUMED_SEATS = 3

Statuses = tuple[int, ...]
seats = st.dictionaries(st.integers(0, SEATS - 1), st.integers(0, 3), min_size=1)


class Viewer:
    """What a client of the protocol has; it takes nothing that does not start where it stands."""

    def __init__(self, replica: Replica) -> None:
        self.is_behind = False
        self.start(replica)

    def start(self, replica: Replica) -> None:
        self.seq = replica.published_seq
        self.statuses = bytearray(replica.statuses)
        self.locked = {index for index, _, _ in replica.locks()}

    def record(self, since: int, seq: int, changes: Iterable[WireChange]) -> None:
        assert since == self.seq
        self.seq = seq
        for change in changes:
            self.statuses[change.index] = change.status
            (self.locked.add if change.locked_until_ms else self.locked.discard)(change.index)


class Hub(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.states: list[Statuses] = [(0,) * SEATS]
        self.versions = [0] * SEATS
        self.mailbox: list[tuple[int, int]] = []
        self.replica = self.loaded()
        self.viewers: list[Viewer] = []

    @property
    def head(self) -> int:
        return len(self.states) - 1

    def loaded(self) -> Replica:
        """Return what a hub that begins now reads from the database."""
        rows = enumerate(zip(self.states[-1], self.versions, strict=True))
        mapped = (
            MappedSeat(100 + index, status, DEADLINE if status == 1 else None, None, version)
            for index, (status, version) in rows
        )
        head = EventHead(seq=self.head, layout="plan", is_public=True)
        return Replica(SeatMap(head=head, seats=tuple(mapped)), shows_names=True)

    def changes(self, since: int, seq: int) -> list[Change]:
        """Return what the log has between two numbers: the seats that changed, as they are last."""
        before = self.states[since : seq + 1]
        touched = [i for i in range(SEATS) if len({state[i] for state in before}) > 1]
        return [
            Change(
                100 + i, self.states[seq][i], DEADLINE if self.states[seq][i] == 1 else None, None
            )
            for i in touched
        ]

    @rule(changed=seats)
    def commit(self, changed: dict[int, int]) -> None:
        state = list(self.states[-1])
        for index, status in changed.items():
            state[index] = status
        self.states.append(tuple(state))
        for index in changed:
            self.versions[index] = self.head
        self.mailbox.append((self.head - 1, self.head))

    @precondition(lambda self: self.mailbox)
    @rule(data=st.data(), is_last=st.booleans(), arrives=st.booleans())
    def bring(self, data: Any, is_last: bool, arrives: bool) -> None:
        place = data.draw(st.integers(0, len(self.mailbox) - 1))
        since, seq = self.mailbox.pop(place) if is_last else self.mailbox[place]
        if arrives:
            known = self.replica.seq
            result = self.replica.merge(since=since, seq=seq, changes=self.changes(since, seq))
            assert (result is MergeResult.GAP) == (since > known)

    @rule()
    def read_log(self) -> None:
        since = self.replica.seq
        self.replica.merge(since=since, seq=self.head, changes=self.changes(since, self.head))
        assert self.replica.seq == self.head

    @rule()
    def publish(self) -> None:
        if (published := self.replica.publish()) is not None:
            for viewer in self.viewers:
                if not viewer.is_behind:
                    viewer.record(published[0], self.replica.published_seq, published[1])

    @rule()
    def join(self) -> None:
        self.viewers.append(Viewer(self.replica))

    @precondition(lambda self: self.viewers)
    @rule(data=st.data())
    def disconnect(self, data: Any) -> None:
        data.draw(st.sampled_from(self.viewers)).is_behind = True

    @precondition(lambda self: self.viewers)
    @rule(data=st.data())
    def reconnect(self, data: Any) -> None:
        viewer = data.draw(st.sampled_from(self.viewers))
        changes = self.replica.published_since(viewer.seq, limit=RESUMED_SEATS)
        if changes is None:
            viewer.start(self.replica)
        else:
            viewer.record(viewer.seq, self.replica.published_seq, changes)
        viewer.is_behind = False

    @rule()
    def restart(self) -> None:
        """Start another process, to which all viewers reconnect later."""
        self.replica = self.loaded()
        for viewer in self.viewers:
            viewer.is_behind = True

    @invariant()
    def viewers_match_the_database_at_their_number(self) -> None:
        for viewer in self.viewers:
            state = self.states[viewer.seq]
            assert tuple(viewer.statuses) == state
            assert viewer.locked == {i for i in range(SEATS) if state[i] == 1}
            assert viewer.is_behind or viewer.seq == self.replica.published_seq

    def teardown(self) -> None:
        self.read_log()
        self.publish()
        for viewer in self.viewers:
            if viewer.is_behind:
                viewer.start(self.replica)
            assert viewer.seq == self.head
            assert tuple(viewer.statuses) == self.states[-1]


TestNoViewerMissesAnything = Hub.TestCase
TestNoViewerMissesAnything.settings = settings(
    max_examples=settings().max_examples // 5, stateful_step_count=40
)
