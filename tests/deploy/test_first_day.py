"""docs/first-day.md, with the settings that the files of each way give: up to the first sale.

What is not run: the containers, units and pods themselves, and the proxy with its certificate.
"""

import json
import re
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import httpx
import pytest
import yaml

from config.environment import read_environment
from deploy.address import Address, is_ready
from deploy.paths import ROOT, VENV_BIN
from deploy.ports import free_port
from deploy.postgres_server import SERVING_ROLE, PersistentDatabase, postgres_server
from deploy.supervised import supervised
from deploy.valkey_server import valkey_server
from tests.deploy.test_kubernetes import container, one, own_settings
from tests.deploy.test_systemd import commands, environment

HOST = "127.0.0.1"
SITE = "tickets.example.org"
OWNER_PASSWORD = "the-owner's"
# Each of these characters means something in a URL.
PASSWORD = "p@ss/word:%2F?#[x]"
ORGANISERS_PASSWORD = "an-organiser's-own-2030"
# For a person it asks for the password.
ASKS_NOTHING = {"createsuperuser": ["--no-input"]}
PLAN = ROOT / "reservations" / "demo" / "chamber_hall.json"
PROVIDER = "from reservations.payments.demo import DemoProvider as Provider\n"
PAGE = (ROOT / "docs" / "first-day.md").read_text()
GUIDE = (ROOT / "docs" / "deployment.md").read_text()

Settings = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Services:
    """The ports of PostgreSQL and Valkey, and a folder."""

    postgres: int
    valkey: int
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Way:
    """What the files of one way say: the steps before the servers, and how the API is served."""

    migrate: list[list[str]]
    migrating: Settings
    api: list[str]
    serving: Settings


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "house.py").write_text(PROVIDER)
        yield Services(postgres=free_port(), valkey=free_port(), folder=folder)


@pytest.fixture(scope="module")
def started(services: Services) -> Iterator[Services]:
    """The services, of which PostgreSQL knows only the owner of the tables at first."""
    stored = PersistentDatabase(folder=services.folder / "postgres", password=OWNER_PASSWORD)
    with (
        postgres_server(port=services.postgres, database=stored) as database,
        valkey_server(port=services.valkey, password=PASSWORD) as cache,
    ):
        database.server.wait_until_ready(database.ready)
        cache.server.wait_until_ready(cache.ready)
        yield services


def written_by_the_person(services: Services) -> Settings:
    """Return what has to be filled in, by name, for whichever way asks for it."""
    password = quote(PASSWORD, safe="")
    owner, place = quote(OWNER_PASSWORD, safe=""), f"{HOST}:{services.postgres}/seatcast"
    return {
        "SEATCAST_SITE": SITE,
        "SEATCAST_ALLOWED_HOSTS": SITE,
        "SEATCAST_SITE_URL": f"https://{SITE}",
        "SEATCAST_SECRET_KEY": "one-secret-of-fifty-characters-for-the-first-day-1",
        "SEATCAST_TICKET_KEY": "two-secret-of-fifty-characters-for-the-first-day-2",
        "POSTGRES_PASSWORD": OWNER_PASSWORD,
        "POSTGRES_SERVING_PASSWORD": PASSWORD,
        "VALKEY_PASSWORD": PASSWORD,
        "DATABASE_URL": f"postgres://{SERVING_ROLE}:{password}@{place}",
        "DATABASE_MIGRATION_URL": f"postgres://seatcast:{owner}@{place}",
        "REDIS_URL": f"redis://:{password}@{HOST}:{services.valkey}/0",
        "EMAIL_URL": "dummymail://",
        "SEATCAST_PAYMENT_PROVIDER": "house.Provider",
        "SEATCAST_STRIPE_SECRET_KEY": "",
        "SEATCAST_STRIPE_PUBLISHABLE_KEY": "",
        "SEATCAST_STRIPE_WEBHOOK_SECRET": "",
    }


def named_in(guide: str, file: str) -> list[str]:
    """Return the settings that the guide has a person write to a file."""
    found = re.search(rf"cat > {re.escape(file)} <<'END'\n(.*?)\nEND\n", guide, re.DOTALL)
    assert found, file
    return [line.partition("=")[0] for line in found[1].splitlines()]


def of_compose(services: Services) -> Way:
    person = written_by_the_person(services)
    given = {name: person[name] for name in named_in(GUIDE, ".env")}
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    def settings(name: str) -> Settings:
        filled = {
            setting: interpolated(value, given)
            for setting, value in compose[name]["environment"].items()
        }
        # `env_file` first, and what the service says wins.
        return {
            setting: value.replace("@postgres:5432", f"@{HOST}:{services.postgres}").replace(
                "//valkey:6379", f"//{HOST}:{services.valkey}"
            )
            for setting, value in {**given, **filled}.items()
        }

    return Way(
        migrate=[compose["migrate"]["command"]],
        migrating=settings("migrate"),
        api=compose["api-1"]["command"],
        serving=settings("api-1"),
    )


def interpolated(value: str, given: Mapping[str, str]) -> str:
    """Return a value of the Compose file as Compose fills it in."""

    def fill(found: re.Match[str]) -> str:
        name, required, rest = found[1], found[2] == ":?", found[3]
        assert given.get(name) or not required, rest
        return given.get(name) or str(rest)

    previous = ""
    while value != previous:
        # The innermost first. What is filled in is data, and no variable even if it looks like one.
        previous, value = value, re.sub(r"\$\{(\w+)(:[-?])([^{}]*)\}", fill, value)
    return value


def of_systemd(services: Services) -> Way:
    person = written_by_the_person(services)
    server, owner = (
        {name: person[name] for name in named_in(GUIDE, f"/etc/seatcast/{file}.env")}
        for file in ("server", "migrate")
    )
    return Way(
        migrate=commands("seatcast-migrate"),
        migrating={**environment("seatcast-migrate"), **server, **owner},
        api=commands("seatcast-api@")[0],
        serving={**environment("seatcast-api@"), **server},
    )


def of_kubernetes(services: Services) -> Way:
    return Way(
        migrate=[container("migrate")["command"]],
        migrating=settings_of_pod("migrate", services),
        api=container("api")["command"],
        serving=settings_of_pod("api", services),
    )


def settings_of_pod(name: str, services: Services) -> Settings:
    """Return what the manifests give, with what they leave empty filled in."""
    person = written_by_the_person(services)
    found: Settings = {}
    for source in container(name)["envFrom"]:
        kind, reference = next(iter(source.items()))
        if kind == "configMapRef":
            found |= one("ConfigMap", reference["name"])["data"]
        else:
            found |= one("Secret", reference["name"])["stringData"]
    filled = {setting: value or person[setting] for setting, value in found.items()}
    return filled | own_settings(name)


WAYS = {"Compose": of_compose, "systemd": of_systemd, "Kubernetes": of_kubernetes}


def on_this_machine(settings: Settings, folder: Path, **extra: str) -> dict[str, str]:
    """Return exactly these settings, but for the folder of the data, and where programs are."""
    return {
        "PATH": f"{VENV_BIN}:/usr/bin:/bin",
        "PYTHONPATH": str(folder),
        **settings,
        "SEATCAST_DATA_DIR": str(folder / "data"),
        **extra,
    }


def run(
    command: list[str], settings: Mapping[str, str], *, stdin: IO[str] | int = subprocess.DEVNULL
) -> str:
    """Run a command to its end; return what it said."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=settings,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}"
    return done.stdout


def steps_of_the_page() -> list[tuple[list[str], bool]]:
    """Return the commands of the page, and whether each is given the plan on standard input."""
    lines = re.findall(r"^manage\.py (.+)$", PAGE, re.MULTILINE)
    parted = [line.partition(" < ") for line in lines]
    assert lines
    return [(shlex.split(command), bool(file)) for command, file, _ in parted]


@contextmanager
def served(command: list[str], settings: Mapping[str, str]) -> Iterator[Address]:
    """Run a server of a way, at a port of this machine alone."""
    port = free_port()
    here = [
        word.replace("0.0.0.0", HOST).replace("8000", str(port)).replace("/opt/seatcast", str(ROOT))
        for word in command
    ]
    address = Address(host=HOST, port=port)
    with supervised(
        {
            "prepare": [],
            "command": here,
            "folder": str(ROOT),
            "environment": dict(settings),
            "user": None,
            "stop_signal": signal.SIGTERM,
            "stop_seconds": 15.0,
        },
        name=here[0],
    ) as server:
        server.wait_until_ready(lambda: is_ready(address))
        yield address


@pytest.fixture(scope="module")
def migrated(started: Services) -> Services:
    """The steps before the servers, as the cluster has them; other tests compare the others'."""
    way = of_kubernetes(started)
    for step in way.migrate:
        run(step, on_this_machine(way.migrating, started.folder))
    return started


# `make test` takes these steps in one process, and sells on the stack.
@pytest.mark.thorough
@pytest.mark.parametrize("name", WAYS)
def test_from_an_empty_server_to_the_first_sale(name: str, migrated: Services) -> None:
    way, folder = WAYS[name](migrated), migrated.folder
    settings = on_this_machine(way.migrating, folder, DJANGO_SUPERUSER_PASSWORD=ORGANISERS_PASSWORD)
    for command, takes_the_plan in steps_of_the_page():
        # All of them once; to take the same steps again would tell nothing of a way's settings.
        if name != "Kubernetes" and command[0] != "create_grid":
            continue
        with PLAN.open() as spec:
            output = run(
                ["python", "manage.py", *command, *ASKS_NOTHING.get(command[0], [])],
                settings,
                stdin=spec if takes_the_plan else subprocess.DEVNULL,
            )
        assert output.startswith(f"seatcast: database {HOST}:{migrated.postgres}/seatcast (Postgre")
        assert PASSWORD not in output
    with served(way.api, on_this_machine(way.serving, folder)) as address:
        first_sale(address, buyer=f"carla-{name}")


@pytest.mark.thorough
def test_the_clusters_socket_servers_start_with_its_settings(
    migrated: Services,
) -> None:
    settings = on_this_machine(settings_of_pod("sockets", migrated), migrated.folder)
    with served(container("sockets")["command"], settings) as sockets:
        assert is_ready(sockets)


def proxy_settings(services: Services) -> dict[str, Settings]:
    """Return what the files of each way give the proxy."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["proxy"]
    person = written_by_the_person(services)
    file = re.search(r"echo '(SEATCAST_SITE=.*)' > /etc/seatcast/proxy.env", GUIDE)
    assert file
    return {
        "Compose": {
            name: interpolated(value, person) for name, value in compose["environment"].items()
        },
        "systemd": {
            **environment("seatcast-proxy"),
            **dict(pair.split("=", 1) for pair in shlex.split(file[1])),
        },
        "Kubernetes": one("ConfigMap", "proxy")["data"],
    }


@pytest.mark.parametrize("name", WAYS)
def test_the_proxy_accepts_its_settings_and_requests_the_sites_certificate(
    name: str, services: Services
) -> None:
    adapted = run(
        ["caddy", "adapt", "--config", str(ROOT / "deploy" / "Caddyfile")],
        {"PATH": str(VENV_BIN), "HOME": str(services.folder), **proxy_settings(services)[name]},
    )
    apps = json.loads(adapted.splitlines()[-1])["apps"]
    # Whose certificate it gets by itself; in the cluster TLS is the Ingress's.
    got = apps["tls"]["certificates"]["automate"] if "tls" in apps else []
    assert got == ([] if name == "Kubernetes" else [SITE])


@pytest.mark.parametrize(
    "name",
    [
        *("SEATCAST_PAYMENT_PROVIDER", "SEATCAST_SECRET_KEY", "SEATCAST_TICKET_KEY"),
        *("DATABASE_URL", "REDIS_URL", "EMAIL_URL"),
    ],
)
def test_a_missing_setting_of_the_cluster_is_named(
    name: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(services.folder)
    given = on_this_machine(of_kubernetes(services).serving, services.folder)
    assert read_environment(given)
    with pytest.raises(SystemExit, match=name):
        read_environment({**given, name: ""})


def test_what_the_page_names_is_there() -> None:
    for link in re.findall(r"\]\((?!http)([^)]+)\)", PAGE):
        file, _, heading = re.sub(r"\s", "", link).partition("#")
        page = ROOT / "docs" / file
        assert page.exists(), link
        headings = re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)
        named = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
        assert not heading or heading in named, link


def first_sale(address: Address, *, buyer: str) -> None:
    """Register, and buy a seat of the rehearsal."""
    # As the proxy says it.
    forwarded = {"Host": SITE, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    with httpx.Client(base_url=address.url, trust_env=False, headers=forwarded) as client:
        token = client.get("/api/csrf/").json()["csrf_token"]
        client.headers["X-CSRFToken"] = token
        client.headers["Cookie"] = f"csrftoken={token}"
        client.headers["Referer"] = f"https://{SITE}/"
        person = {"username": buyer, "password": "a-buyer's-own-2030"}
        assert client.post("/api/register/", json=person).status_code == 201
        access = client.post("/api/token/", json=person).json()["access"]
        del client.headers["Cookie"]
        client.headers["Authorization"] = f"Bearer {access}"
        event = client.get("/api/events/").json()[-1]
        seat = client.get(f"/api/events/{event['id']}/seats/").json()[0]["id"]
        chosen = {"seat_ids": [seat]}
        assert client.post(f"/api/events/{event['id']}/lock/", json=chosen).json()["success"]
        paid = {**chosen, "payment_method": "card"}
        sold = client.post(f"/api/events/{event['id']}/reserve/", json=paid)
        assert sold.status_code == 201, sold.text
        assert len(client.get("/api/reservations/").json()) == 1
