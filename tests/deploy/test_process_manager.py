"""Restarting servers, with small test servers."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy import process_manager
from deploy.process_manager import LONGEST_PAUSE_SECONDS, Service, managed, pause_seconds
from deploy.supervised import ServerEnded, StartedServer, supervised
from deploy.waiting import wait_until
from tools.process_tree import descendants

SECONDS = 60
WAITS = (
    "import time; print('[INFO] doors open', '  at nine', sep=chr(10), flush=True); time.sleep(600)"
)


def service(
    script: str, log_file: Path, *, answers: Callable[[], bool] | None = None, **more: Any
) -> Service:
    @contextmanager
    def launch() -> Iterator[StartedServer]:
        with supervised(
            {
                "prepare": [],
                "command": [sys.executable, "-c", script],
                "folder": "/",
                "environment": dict(os.environ),
                "user": None,
                "stop_signal": signal.SIGTERM,
                "stop_seconds": 5,
            },
            name="Box office",
            log_file=log_file,
        ) as server:
            yield StartedServer(
                server=server,
                ready=lambda: "doors open" in log_file.read_text(),
                answers=answers,
            )

    return Service(name="the box office", launch=launch, log_file=log_file, **more)


def servers() -> list[int]:
    """Return the process ids of the servers that run just now."""
    return [each.pid for each in descendants(os.getpid()) if "doors open" in each.command]


def test_restart_pauses_grow_from_zero_to_a_limit() -> None:
    assert [pause_seconds(deaths) for deaths in (1, 2, 3, 4)] == [0, 0.5, 1, 2]
    assert pause_seconds(10) == LONGEST_PAUSE_SECONDS
    assert pause_seconds(1_000) == LONGEST_PAUSE_SECONDS


def test_a_dead_server_is_restarted_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_file = tmp_path / "log"
    with managed([service(WAITS, log_file)]):
        [first] = servers()
        os.kill(first, signal.SIGKILL)
        assert wait_until(lambda: servers() not in ([], [first]), seconds=SECONDS)
        assert wait_until(lambda: log_file.read_text().count("doors") == 2, seconds=SECONDS)
    assert servers() == []
    output = capsys.readouterr().out
    assert "seatcast: the box office was killed by SIGKILL; restarting now.\n" in output
    assert "the box office: [INFO] doors open\n" in output
    assert "at nine" not in output


def test_a_server_that_does_not_answer_is_restarted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_manager, "CHECK_SECONDS", 0.05)
    stuck: set[int] = set()
    log_file = tmp_path / "log"
    deaf = service(WAITS, log_file, answers=lambda: not stuck & set(servers()), lost_seconds=0.5)
    with managed([deaf]):
        [first] = servers()
        stuck.add(first)
        assert wait_until(lambda: servers() not in ([], [first]), seconds=SECONDS)
        [second] = servers()
        assert wait_until(lambda: log_file.read_text().count("doors") == 2, seconds=SECONDS)
        assert servers() == [second]
    assert "the box office has not answered for 0 s; restarting now.\n" in capsys.readouterr().out


def test_all_servers_stop_if_one_never_gets_ready(tmp_path: Path) -> None:
    well = service(WAITS, tmp_path / "well")
    ill = service("raise SystemExit('no seats')", tmp_path / "ill")
    with (
        pytest.raises(ServerEnded, match=r"Box office did not start\.\nno seats"),
        managed([well, ill]),
    ):
        pytest.fail("both are ready, and one never was")
    assert servers() == []


def test_servers_can_be_added_and_stopped_one_by_one(tmp_path: Path) -> None:
    first, second = (service(WAITS, tmp_path / f"{name}.log") for name in ("first", "second"))
    with managed([first]) as manager:
        [pid] = servers()
        manager.start([second])
        assert len(servers()) == 2
        manager.end([first])
        assert pid not in servers()
        assert manager.services == [second]
    assert not servers()


def test_an_added_server_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    with managed([service(WAITS, tmp_path / "first.log")]) as manager:
        with pytest.raises(ServerEnded):
            manager.start([service("raise SystemExit(1)", tmp_path / "second.log")])
        assert len(manager.services) == len(servers()) == 1
