"""Fixtures: the contract's box office, and servers behind the real proxy."""

from collections.abc import Iterator

import pytest

from tests.attacks.proxied import Front
from tests.attacks.proxied import front as running_front
from tests.contract.conftest import office

__all__ = ["office"]


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Front]:
    with running_front(tmp_path_factory.mktemp("front")) as front:
        yield front
