"""CORS headers are sent only by sites that allow other origins."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_site_without_clients_elsewhere_has_no_cors_headers(client: Client) -> None:
    answer = client.get("/api/events/", headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "origin" not in answer.headers.get("Vary", "").lower()


def test_a_site_with_a_client_elsewhere_allows_its_origin(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://client.example"]
    answer = Client().get("/api/events/", headers={"origin": "https://client.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://client.example"
    assert "origin" in answer.headers["Vary"].lower()
