"""Every call answers without Redis, which only carries notifications and counts."""

import pytest
from pytest_django import Settings

from deploy.ports import free_port
from tests.contract.calls import CALLS, Call
from tests.contract.conftest import BoxOffice
from tests.factories import stranger

pytestmark = pytest.mark.any_database


@pytest.fixture
def redis_away(settings: Settings) -> None:
    """Let the cache and the channel layer use a Redis whose port nobody listens on."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    backend = "infrastructure.shared_cache.backends.RedisCache"
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": backend, "LOCATION": url}}
    layer = "realtime.channel_layer.NotificationLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer, "CONFIG": {"hosts": [url]}}}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_without_redis_a_call_is_answered_as_with_it(
    call: Call, office: BoxOffice, redis_away: None
) -> None:
    response = office.send(call, stranger() if call.path == "/api/login/" else None)
    # A file that nobody reads keeps its place at slow work.
    response.close()
    if call.has_steps or call.is_file:
        assert response.status_code < 500
    else:
        assert response.status_code in (200, 201), response.content
