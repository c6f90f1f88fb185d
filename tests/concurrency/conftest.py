"""The server that tests over real HTTP share; it starts with the first of them."""

from collections.abc import Iterator

import pytest

from deploy.supervised import Supervised
from tests.servers import daphne


@pytest.fixture(scope="package")
def _running(django_db_setup: None) -> Iterator[tuple[Supervised, int]]:
    with daphne() as server:
        yield server


@pytest.fixture
def port(transactional_db: None, _running: tuple[Supervised, int]) -> Iterator[int]:
    """The port of a Daphne on the test's database. What it wrote is shown if the test fails."""
    server, number = _running
    yield number
    print(server.output())
