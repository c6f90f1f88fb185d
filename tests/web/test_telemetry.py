"""What leaves the site only does where that is wanted, and without secrets."""

import sys

from rest_framework_simplejwt.tokens import AccessToken

import config.api
import config.asgi  # noqa: F401 - both start what is set
from web.telemetry import scrubbed


def test_nothing_that_would_send_anything_is_even_imported() -> None:
    assert not {"sentry_sdk", "opentelemetry"} & sys.modules.keys()


def test_what_sentry_is_told_has_no_secrets() -> None:
    event = {
        "request": {
            "method": "POST",
            "url": "https://seats.example/api/tickets/7-s3cret/",
            "headers": {"Authorization": "Bearer s3cret"},
            "cookies": {"sessionid": "s3cret"},
            "data": {"password": "s3cret"},
            "query_string": "token=s3cret",
        },
        "user": {"id": 7, "ip_address": "203.0.113.9"},
        "breadcrumbs": {"values": [{"message": "s3cret"}]},
        "exception": {"values": [{"value": f"{AccessToken()} at redis://:s3cret@valkey/0"}]},
    }
    told = str(scrubbed(event))
    assert "[token] at redis://:…@valkey/0" in told
    for secret in ("s3cret", "203.0.113.9", "eyJ"):
        assert secret not in told
