"""Telemetry is sent only if configured, and without secrets."""

import sys

from rest_framework_simplejwt.tokens import AccessToken

import config.api
import config.asgi  # noqa: F401 - starts telemetry if it is configured
from config.web.telemetry import scrubbed


def test_telemetry_packages_are_not_imported_by_default() -> None:
    assert not {"sentry_sdk", "opentelemetry"} & sys.modules.keys()


def test_sentry_events_contain_no_secrets() -> None:
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
    sent = str(scrubbed(event))
    assert "[token] at redis://:…@valkey/0" in sent
    for secret in ("s3cret", "203.0.113.9", "eyJ"):
        assert secret not in sent
