"""What tests of the desk and its storage share."""

from collections.abc import Iterator

import pytest

from reservations.write.changes import ChangeSet, seats_changed


@pytest.fixture
def announced() -> Iterator[list[ChangeSet]]:
    """The change sets that were announced during the test, in order."""
    heard: list[ChangeSet] = []

    def hear(changes: ChangeSet, **_: object) -> None:
        heard.append(changes)

    seats_changed.connect(hear)
    yield heard
    seats_changed.disconnect(hear)
