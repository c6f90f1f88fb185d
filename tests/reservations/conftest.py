"""Fixtures for tests of the write path, the audit and housekeeping."""

from collections.abc import Iterator

import pytest

from reservations.events.changes import ChangeSet, seats_changed
from tests.copies import Copies
from tests.factories import Clock
from tests.reservations.audit.past import Past, make_past

_pasts = Copies(lambda: make_past(Clock()))


@pytest.fixture
def announced() -> Iterator[list[ChangeSet]]:
    """The change sets that were announced during the test, in order."""
    heard: list[ChangeSet] = []

    def hear(changes: ChangeSet, **_: object) -> None:
        heard.append(changes)

    seats_changed.connect(hear)
    yield heard
    seats_changed.disconnect(hear)


@pytest.fixture
def past(db: None, clock: Clock) -> Past:
    """An event with a log of everything that can happen to a seat."""
    past = _pasts()
    clock.now = past.clock.now
    past.clock = clock
    return past
