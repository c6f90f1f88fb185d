"""`python -m loadtest` on a real site: each scenario at small size, and a faulty site."""

import base64
import json
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from loadtest.__main__ import main
from loadtest.engine.run import Run
from loadtest.scenarios import catalogue
from loadtest.scenarios.on_sale import ON_SALE
from loadtest.target import TargetSite, target_at
from tools.sites import running_site

pytestmark = pytest.mark.any_database

PEOPLE, SEATS = 60, 400
SMALL = ("--viewers", "12", "--sample", "6", "--seconds", "1", "--plain")
# What each asks for beyond that.
LOADS: dict[str, tuple[str, ...]] = {
    "stampede": ("--clicks", "60"),
    "on-sale": ("--buyers", "30", "--think", "0.05", "--rate", "30"),
    "watchers": ("--within", "0.2", "--idle", "0", "--per-second", "20"),
    "churn": ("--people", "30", "--rate", "30", "--hold", "0.1"),
    "mixed": ("--buyers", "30", "--think", "0.05", "--rate", "20", "--payment", "card"),
}


@pytest.fixture(scope="module")
def migrated(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """The setting of a copy of the tests' empty SQLite database, so that the site need not migrate.

    Empty for other databases.
    """
    if connection.vendor != "sqlite":
        return {}
    copy = tmp_path_factory.mktemp("site") / "seatcast.sqlite3"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    return {"DATABASE_URL": f"sqlite:///{copy}"}


@pytest.fixture(scope="module")
def site(migrated: dict[str, str]) -> Iterator[TargetSite]:
    with running_site(settings={"SEATCAST_DEMO": "0", **migrated}) as running:
        found = target_at(running.address.url)
        assert found.settings is not None, "the servers of this checkout are known by their port"
        yield found


@pytest.fixture(scope="module")
def fixtures(site: TargetSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = site.manage("-m", "loadtest.fixtures", f"--people={PEOPLE}", f"--seats={SEATS}")
    file = tmp_path_factory.mktemp("fixtures") / "fixtures.json"
    file.write_text(made.stdout)
    return file


def _load(
    site: TargetSite, fixtures: Path, scenario: str, *more: str
) -> tuple[int, dict[str, Any]]:
    """Return the exit status and the result."""
    file = fixtures.with_name(f"{scenario}.json")
    where = ("--url", site.url, "--fixtures", f"{fixtures}", "--json", f"{file}")
    status = main([scenario, *SMALL, *where, *LOADS[scenario], *more])
    return status, json.loads(file.read_text())


def test_every_scenario_is_tested() -> None:
    assert LOADS.keys() == catalogue.SCENARIOS.keys()


_USUAL = ("on-sale",)


@pytest.mark.parametrize(
    "scenario",
    [
        *_USUAL,
        *(pytest.param(name, marks=pytest.mark.thorough) for name in LOADS if name not in _USUAL),
    ],
)
def test_the_verdict_on_a_correct_site_is_clean(
    site: TargetSite, fixtures: Path, scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = _load(site, fixtures, scenario)
    assert [check for check in found["verdict"]["checks"] if not check["is_ok"]] == []
    assert (status, found["verdict"]["is_clean"]) == (0, True)
    assert "clean" in capsys.readouterr().out
    _is_whole(found)


def _is_whole(found: dict[str, Any]) -> None:
    """Hold a result against its own sums."""
    assert found["version"] == 1
    rows, event, viewers = found["timeline"], found["event"], found["viewers"]
    assert found["calls"].keys() == found["service"].keys() >= {"lock"}
    for name, call in found["calls"].items():
        outcomes = found["outcomes"].items()
        answers = sum(count for each, count in outcomes if each.split()[0] == name)
        in_rows = sum(row["calls"].get(name, {}).get("count", 0) for row in rows)
        assert call["count"] == answers == in_rows
        assert call["p50"] <= call["p90"] <= call["p99"] <= call["p999"] <= call["max"]
        assert call["max"] >= found["service"][name]["max"] * 0.99
        assert call["percentiles"][-1] == [100, call["max"]]
    assert [row["t"] for row in rows] == sorted(row["t"] for row in rows)
    assert rows[-1]["viewers"]["frames"] <= viewers["frames"]
    assert rows[-1]["server"]["cpu"].keys() == {"Daphne", "load"}
    assert event["seats"] == len(event["x"]) == len(event["y"]) == SEATS
    assert viewers["click_to_everyone"]["count"] > 0
    assert viewers["connect"]["count"] >= 12
    _is_replayed(found)


def _is_replayed(found: dict[str, Any]) -> None:
    replay, times = found["replay"], found["replay"]["changes"][::3]
    assert len(base64.b64decode(replay["statuses"])) == SEATS // 4
    assert times == sorted(times)
    assert set(replay["changes"][2::3]) <= {0, 1, 2}
    assert all(0 <= index < SEATS for index in replay["changes"][1::3])


def test_an_unacknowledged_booking_fails_the_verdict(
    site: TargetSite, fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(run: Run) -> None:
        await ON_SALE.play(run)
        booking = next(iter(run.history.bookings.values()))
        (buyer,) = [person for person in run.people if person.name == booking.person]
        cancelled = await buyer.connection.ask(
            "POST", f"/api/reservations/{booking.id}/cancel/", {}
        )
        assert cancelled.status == 200

    monkeypatch.setitem(catalogue.SCENARIOS, "on-sale", replace(ON_SALE, play=play))
    status, found = _load(site, fixtures, "on-sale")
    assert status == 1
    red = [check["name"] for check in found["verdict"]["checks"] if not check["is_ok"]]
    assert red == ["Every acknowledged booking is there"]


@pytest.mark.thorough
def test_old_tokens_are_renewed(site: TargetSite, fixtures: Path) -> None:
    setup = json.loads(fixtures.read_text())
    old = fixtures.with_name("old.json")
    old.write_text(json.dumps({**setup, "made_at": setup["made_at"] - 250}))
    status, found = _load(site, fixtures, "churn", "--fixtures", f"{old}")
    assert (status, found["verdict"]["is_clean"]) == (0, True)
    assert found["outcomes"]["refresh 200"] == found["calls"]["refresh"]["count"] > 0


@pytest.mark.thorough
def test_people_can_be_registered_through_the_api(site: TargetSite, tmp_path: Path) -> None:
    event = json.loads(site.manage("-m", "loadtest.fixtures", "--people=0", "--seats=40").stdout)
    file = tmp_path / "result.json"
    where = ("--url", site.url, "--event", f"{event['event_id']}", "--json", f"{file}")
    status = main(["on-sale", *SMALL, *where, "--buyers", "3", "--think", "0.02"])
    assert (status, json.loads(file.read_text())["verdict"]["is_clean"]) == (0, True)


def _events(site: TargetSite) -> list[int]:
    with urllib.request.urlopen(f"{site.url}/api/events/") as serve_client:
        return [event["id"] for event in json.load(serve_client)]


@pytest.mark.thorough
def test_created_events_are_removed_afterwards(site: TargetSite) -> None:
    before = _events(site)
    arguments = ["--clicks", "5", "--viewers", "0", "--seats", "20", "--plain"]
    assert main(["stampede", "--url", site.url, *arguments]) == 0
    assert _events(site) == before


@pytest.mark.thorough
def test_created_events_can_be_kept(site: TargetSite) -> None:
    before = _events(site)
    arguments = ["--clicks", "5", "--viewers", "0", "--seats", "20", "--plain", "--keep"]
    assert main(["stampede", "--url", site.url, *arguments]) == 0
    (event,) = set(_events(site)) - set(before)
    site.manage("-m", "loadtest.fixtures", "--clear", f"--event={event}")
    assert _events(site) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["on-sale", "--url", "http://seats.example.com"],
        ["on-sale", "--url", "127.0.0.1:8000"],
        ["on-sale", "--fixtures", "fixtures.json"],
        ["on-sale", "--url", "http://127.0.0.1:8000", "--fixtures", "a", "--event", "1"],
        ["on-sale", "--viewers", "1000000"],
        ["on-sale", "--seconds", "86400"],
        ["on-sale", "--viewers", "0"],
        ["sleep"],
    ],
)
def test_invalid_options_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(arguments)
    assert refusal.value.code == 2


def test_an_unreachable_site_is_an_error_without_a_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fixtures = tmp_path / "fixtures.json"
    people = [{"name": "alice", "access": "a", "refresh": "r"}] * 2
    fixtures.write_text(json.dumps({"event_id": 1, "made_at": 0, "people": people}))
    url = f"http://127.0.0.1:{port}"
    assert main(["stampede", "--clicks", "2", "--url", url, "--fixtures", f"{fixtures}"]) == 2
    assert "does not return event 1" in capsys.readouterr().err
