"""`make run` once everything is installed."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the site with some settings; it is gone at the end of the test at the latest."""
    with ExitStack() as stack:

        def start(**settings: str) -> subprocess.Popen[str]:
            site = subprocess.Popen(
                [sys.executable, "-m", "tools.serve"],
                env=clean_environment(SEATCAST_DATA_DIR=str(tmp_path), **settings),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(site)
            stack.callback(site.kill)
            return site

        yield start


def lines(site: subprocess.Popen[str], count: int) -> list[str]:
    assert site.stdout
    return [site.stdout.readline() for _ in range(count)]


def events_at(port: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/events/") as answer:
        events: list[dict[str, Any]] = json.load(answer)
    return events


@pytest.mark.thorough
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_site_prints_its_url_and_stops_cleanly(start: Start, ending: signal.Signals) -> None:
    port = str(free_port())
    site = start(PORT=port)

    place, logins, _ = lines(site, 3)

    assert place == f"Seatcast is at http://127.0.0.1:{port}/\n"
    for words in ("alice", "bob", "carol", "admin", "seatcast-demo"):
        assert words in logins
    # Somebody is watching; that must not keep it, nor trip it up.
    with connect(f"ws://127.0.0.1:{port}/ws/events/{events_at(port)[0]['id']}/") as watcher:
        watcher.recv()
        site.send_signal(ending)
        assert site.communicate() == ("", "")
    assert site.returncode == 0


@pytest.mark.thorough
def test_the_demo_can_be_left_out(start: Start) -> None:
    port = str(free_port())
    place, hint = lines(start(PORT=port, SEATCAST_DEMO="0"), 2)
    assert place == f"Seatcast is at http://127.0.0.1:{port}/\n"
    assert hint == "Press Ctrl-C to stop it.\n"
    assert events_at(port) == []


def test_an_unreachable_database_is_reported_without_a_traceback(start: Start) -> None:
    away = f"postgres://seatcast@127.0.0.1:{free_port()}/seatcast"
    site = start(PORT=str(free_port()), DATABASE_URL=away)
    output = site.communicate()[1]
    assert output.splitlines()[-1].startswith("seatcast: The database cannot be used: ")
    assert "Traceback" not in output
    assert site.returncode == 1
