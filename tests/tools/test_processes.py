import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.environment import clean_environment
from deploy.waiting import wait_until
from tools.processes import run_in_background, run_shown


def test_the_sites_settings_do_not_leak_into_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://production/seats")
    monkeypatch.setenv("SEATCAST_SEAT_CAP", "1")
    environment = clean_environment(SEATCAST_DATA_DIR="/tmp/here")
    assert "DATABASE_URL" not in environment
    assert "SEATCAST_SEAT_CAP" not in environment
    assert environment["SEATCAST_DATA_DIR"] == "/tmp/here"
    assert environment["PATH"] == os.environ["PATH"]


def test_the_exit_status_is_passed_on() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit(len(sys.stdin.read()) or 3)"]
    assert run_shown(command, environment=clean_environment()) == 3


def test_a_hanging_tool_is_terminated_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = ["sh", "-c", f"sleep 600 & echo $! > '{pid_file}'; wait"]
    status = run_shown(command, environment=clean_environment(), seconds=1)
    assert status != 0
    assert wait_until(lambda: is_gone(int(pid_file.read_text())), seconds=60)


def test_a_background_tool_writes_to_its_file_and_returns_its_status(tmp_path: Path) -> None:
    output = tmp_path / "output"
    command = ["sh", "-c", "echo here; echo there >&2; exit 3"]
    environment, never = clean_environment(), threading.Event()
    assert run_in_background(command, environment=environment, output=output, is_over=never) == 3
    assert output.read_text() == "here\nthere\n"


def test_a_background_tool_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    pid_file, is_over = tmp_path / "pid", threading.Event()
    command = ["sh", "-c", f"sleep 600 & echo $! > '{pid_file}'; wait"]
    with ThreadPoolExecutor() as pool:
        status = pool.submit(
            run_in_background,
            command,
            environment=clean_environment(),
            output=tmp_path / "output",
            is_over=is_over,
        )
        assert wait_until(lambda: pid_file.exists() and bool(pid_file.read_text()), seconds=60)
        is_over.set()
        assert status.result() != 0
    assert wait_until(lambda: is_gone(int(pid_file.read_text())), seconds=60)


def is_gone(pid: int) -> bool:
    """Return whether a process has ended, even if nobody has asked for its status yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
