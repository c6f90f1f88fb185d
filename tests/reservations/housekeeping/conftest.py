"""What tests of housekeeping start from."""

import pytest

from tests.factories import Clock
from tests.reservations.housekeeping.past import Past, make_past


@pytest.fixture
def past(db: None, clock: Clock) -> Past:
    return make_past(clock)
