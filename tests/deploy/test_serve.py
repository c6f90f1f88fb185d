"""`make run` once everything is installed."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect

from deploy.paths import ROOT
from deploy.processes import clean_environment
from deploy.services import free_port


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.serve"],
        env=clean_environment(PORT=str(port), SEATCAST_DATA_DIR=str(tmp_path)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as site:
        assert site.stdout
        assert site.stderr
        assert site.stdout.readline() == f"Seatcast is at http://127.0.0.1:{port}/\n"
        logins = site.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/events/") as answer:
            event = json.load(answer)[0]
        # Somebody is watching; that must not keep it, nor trip it up.
        with connect(f"ws://127.0.0.1:{port}/ws/events/{event['id']}/") as watcher:
            watcher.recv()
            site.send_signal(ending)
            assert site.stderr.read() == ""
    assert site.returncode == 0
    for words in ("alice", "bob", "carol", "admin", "seatcast-demo"):
        assert words in logins
