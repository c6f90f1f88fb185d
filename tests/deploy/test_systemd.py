"""The systemd units, compared with `deploy.server`, since they cannot run here."""

import os
import re
import shlex
from collections import defaultdict
from pathlib import Path

import pytest

from deploy.paths import ROOT
from deploy.server import (
    MIGRATE_SETTINGS,
    caddy_arguments,
    check_arguments,
    collect_arguments,
    daphne_arguments,
    granian_arguments,
    grant_arguments,
    housekeeping_arguments,
    migrate_arguments,
    proxy_variables,
    server_settings,
)
from deploy.stack_services import STOP_SECONDS
from deploy.stack_settings import stack_settings

FOLDER = ROOT / "deploy" / "systemd"
PROGRAMS = "/opt/seatcast/.venv/bin/"
ANY_PORT = 8000
UNITS = {file.name.removesuffix(".service"): file for file in FOLDER.glob("*.service")}
SERVERS = ("seatcast-api@", "seatcast-sockets@", "seatcast-housekeeping", "seatcast-migrate")


def read(file: Path) -> dict[str, list[str]]:
    """Return what a unit says, the values of each name in order; names of all its sections."""
    found = defaultdict(list)
    for line in file.read_text().splitlines():
        name, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            found[name].append(value)
    return found


def commands(unit: str) -> list[list[str]]:
    """Return the commands of a unit, in which any port stands for that of an instance."""
    options = read(UNITS[unit])["ExecStart"]
    return [shlex.split(each.replace("%i", str(ANY_PORT))) for each in options]


def environment(unit: str) -> dict[str, str]:
    pairs = [pair for line in read(UNITS[unit])["Environment"] for pair in shlex.split(line)]
    return dict(pair.split("=", 1) for pair in pairs)


def instances(kind: str) -> list[str]:
    """Return the ports of the instances that the target wants."""
    wanted = " ".join(read(FOLDER / "seatcast.target")["Wants"])
    return re.findall(rf"seatcast-{kind}@(\d+)\.service", wanted)


def test_commands_equal_the_stacks() -> None:
    python = f"{PROGRAMS}python"
    place = "127.0.0.1"
    granian = granian_arguments(host=place, port=ANY_PORT)
    daphne = daphne_arguments(host=place, port=ANY_PORT)
    caddyfile = caddy_arguments(caddyfile="/opt/seatcast/deploy/Caddyfile")
    prepare = (
        migrate_arguments(),
        grant_arguments(),
        check_arguments(),
        collect_arguments(),
    )
    assert {unit: commands(unit) for unit in UNITS} == {
        "seatcast-api@": [[f"{PROGRAMS}granian", *granian]],
        "seatcast-sockets@": [[f"{PROGRAMS}daphne", *daphne]],
        "seatcast-housekeeping": [[python, *housekeeping_arguments()]],
        "seatcast-migrate": [[python, *step] for step in prepare],
        "seatcast-proxy": [[f"{PROGRAMS}caddy", *caddyfile]],
    }


def test_the_target_starts_as_many_servers_as_the_stack() -> None:
    wanted = set(" ".join(read(FOLDER / "seatcast.target")["Wants"]).split())
    kinds = {re.sub(r"@\d+", "@", unit.removesuffix(".service")) for unit in wanted}
    assert kinds == set(UNITS)
    settings = stack_settings({})
    assert len(instances("api")) == settings.api_workers
    assert len(instances("sockets")) == settings.sockets


@pytest.mark.parametrize("unit", SERVERS)
def test_servers_run_with_production_settings(unit: str) -> None:
    expected = {
        **server_settings(data_dir="/var/lib/seatcast"),
        "SEATCAST_PRODUCTION": "True",
        "SEATCAST_HTTPS": "True",
        **(MIGRATE_SETTINGS if unit == "seatcast-migrate" else {}),
    }
    assert environment(unit) == expected


def test_only_the_migration_gets_the_owners_credentials() -> None:
    owners = "-/etc/seatcast/migrate.env"
    given = {unit for unit in UNITS if owners in read(UNITS[unit])["EnvironmentFile"]}
    assert given == {"seatcast-migrate"}


def test_management_commands_run_with_the_migrations_settings() -> None:
    file = FOLDER / "seatcast-manage"
    assert os.access(file, os.X_OK)
    words = shlex.split(file.read_text().replace("\\\n", " "), comments=True)
    flags = [flag.partition("=")[::2] for flag in words if flag.startswith("--")]
    assert dict(value.split("=", 1) for name, value in flags if name == "--setenv") == environment(
        "seatcast-migrate"
    )
    unit = read(UNITS["seatcast-migrate"])
    files = [value.partition("=")[2] for name, value in flags if name == "--property"]
    assert files == unit["EnvironmentFile"]
    assert ("--uid", *unit["User"]) in flags
    assert ("--working-directory", *unit["WorkingDirectory"]) in flags
    assert words[-3:] == [f"{PROGRAMS}python", "manage.py", "$@"]


def test_the_proxy_has_its_variables_and_all_upstreams() -> None:
    given = environment("seatcast-proxy")
    expected = proxy_variables(
        site="",
        host="0.0.0.0",
        redirects=True,
        sockets=[f"127.0.0.1:{port}" for port in instances("sockets")],
        api=[f"127.0.0.1:{port}" for port in instances("api")],
        client_dir="/opt/seatcast/frontend/dist",
        static_dir="/var/lib/seatcast/static",
        own_dir="/var/lib/seatcast-proxy",
        log_format="json",
        access_log="off",
    )
    # Which is in its file.
    del expected["SEATCAST_SITE"]
    assert given.items() >= expected.items()


@pytest.mark.parametrize("unit", UNITS)
def test_units_have_resource_limits_and_are_sandboxed(unit: str) -> None:
    options = read(UNITS[unit])
    shared = read(FOLDER / "seatcast-.service.d" / "contained.conf")
    assert options["MemoryMax"]
    assert options["User"][0] in (FOLDER / "seatcast.sysusers").read_text()
    assert options["EnvironmentFile"][0].startswith("/etc/seatcast/")
    assert shared["ProtectSystem"] == ["strict"]
    assert shared["NoNewPrivileges"] == ["yes"]
    # What is said there would win over what is said here.
    assert not options.keys() & shared.keys() - {"Environment"}
    privileges = ["CAP_NET_BIND_SERVICE"] if unit == "seatcast-proxy" else [""]
    assert options["CapabilityBoundingSet"] == privileges
    if unit != "seatcast-migrate":
        assert options["Restart"] == ["always"]
        assert float(options["TimeoutStopSec"][0]) >= STOP_SECONDS
