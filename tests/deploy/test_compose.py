"""The compose file cannot be run where there is no engine, so it is held to what is run."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.server import daphne_arguments

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


def test_the_container_serves_with_the_same_command(services: dict[str, Any]) -> None:
    assert services["web"]["command"] == ["daphne", *daphne_arguments(host="0.0.0.0", port=8000)]


def test_migrations_are_a_step_of_their_own_before_the_server(services: dict[str, Any]) -> None:
    assert services["migrate"]["command"][:3] == ["python", "manage.py", "migrate"]
    wanted = {"condition": "service_completed_successfully"}
    assert services["web"]["depends_on"]["migrate"] == wanted


def test_every_setting_is_a_documented_one(services: dict[str, Any]) -> None:
    documented = (ROOT / ".env.example").read_text()
    for name in ("migrate", "web"):
        for setting in services[name]["environment"]:
            assert f"# {setting}=" in documented


def test_every_long_running_service_says_whether_it_is_well(services: dict[str, Any]) -> None:
    assert all("healthcheck" in service for name, service in services.items() if name != "migrate")


def test_the_image_holds_every_package_that_the_server_imports() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for package in ("config", "accounts", "reservations", "realtime", "frontend/dist"):
        assert f"{package}" in dockerfile
    assert "USER nobody" in dockerfile
