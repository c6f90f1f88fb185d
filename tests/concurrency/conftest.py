"""The server that tests over real HTTP share; it starts with the first of them."""

from collections.abc import Iterator

import pytest

from tests.servers import Running, daphne


@pytest.fixture(scope="package")
def _running(django_db_setup: None) -> Iterator[Running]:
    with daphne() as server:
        yield server


@pytest.fixture
def port(transactional_db: None, _running: Running) -> Iterator[int]:
    """The port of a Daphne on the test's database. What it wrote is shown if the test fails."""
    yield _running.port
    print(_running.supervised.output())
