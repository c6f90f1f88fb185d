"""What is attacked: the contract's box office, and servers behind the real proxy."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches

from tests.attacks.proxied import Front
from tests.attacks.proxied import front as running_front
from tests.contract.conftest import office

__all__ = ["office"]


@pytest.fixture(autouse=True)
def _no_tries_of_others() -> None:
    """Forget what attacks before this one have used up of what one may try."""
    caches["default"].clear()


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Front]:
    with running_front(tmp_path_factory.mktemp("front")) as front:
        yield front
