"""An organisation with an event, an owner, and a receiver."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.webhooks.boxes import Box, make_box
from tests.webhooks.receiver import Receiver, receiver


@pytest.fixture
def box(db: None) -> Box:
    return make_box()


@pytest.fixture
def hook(settings: Any) -> Iterator[Receiver]:
    settings.SEATCAST_WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with receiver() as found:
        yield found
