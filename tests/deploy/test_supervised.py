import fcntl
import os
import signal
import sys
from pathlib import Path

import pytest

from deploy.supervised import ServerEnded, supervised
from deploy.supervisor import Spec
from deploy.waiting import wait_until
from tools.process_tree import descendants


def spec_of(
    script: str,
    *,
    prepare: str = "",
    remove: Path | None = None,
    stop_seconds: float = 20,
) -> Spec:
    spec: Spec = {
        "prepare": [[sys.executable, "-c", prepare]] if prepare else [],
        "command": [sys.executable, "-c", script],
        "folder": "/",
        "environment": dict(os.environ),
        "user": None,
        "stop_signal": signal.SIGTERM,
        "stop_seconds": stop_seconds,
    }
    if remove:
        spec["remove"] = str(remove)
    return spec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_the_error_quotes_a_server_that_ends_at_once() -> None:
    with (
        pytest.raises(ServerEnded, match=r"^Box office did not start\.\nno seats$"),
        supervised(spec_of("raise SystemExit('no seats')"), name="Box office") as server,
    ):
        server.wait_until_ready(lambda: False)


def test_a_server_is_not_started_if_its_preparation_fails(folder: Path) -> None:
    spec = spec_of(f"open('{folder}/started', 'w')", prepare="raise SystemExit('broken')")
    with supervised(spec, name="Box office") as server:
        assert wait_until(lambda: server.process.poll() is not None, seconds=60)
        assert server.output() == "broken"
    assert not list(folder.iterdir())


def test_the_temporary_folder_is_removed(folder: Path) -> None:
    script = f"import time; open('{folder}/started', 'w'); time.sleep(600)"
    with supervised(spec_of(script, remove=folder), name="Box office") as server:
        server.wait_until_ready((folder / "started").exists)
    assert not folder.exists()


def test_a_server_that_ignores_its_stop_signal_is_killed(folder: Path) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open('{folder}/started', 'w'); time.sleep(600)"
    )
    with supervised(spec_of(script, stop_seconds=0.1), name="Box office") as server:
        server.wait_until_ready((folder / "started").exists)
    assert server.process.returncode


def test_leaving_the_context_waits_for_the_server_after_ctrl_c(folder: Path) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open('{folder}/started', 'w'); time.sleep(600)"
    )
    # Longer than Popen waits after Ctrl-C.
    spec = spec_of(script, stop_seconds=0.6)
    ended = []

    def serve() -> None:
        with supervised(spec, name="Box office") as server:
            ended.append(server.process)
            server.wait_until_ready((folder / "started").exists)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve()
    assert ended[0].returncode is not None


def test_output_can_go_to_a_log_file(folder: Path) -> None:
    with supervised(
        spec_of("print('doors open')"), name="Box office", log_file=folder / "log"
    ) as server:
        server.process.wait()
    assert (folder / "log").read_text() == "doors open\n"


def test_children_of_a_killed_server_are_terminated(folder: Path) -> None:
    # One of its own group, as workers are, and one that has left it, as those of PostgreSQL have.
    workers = (
        f"for n in 1 2; do $SET sh -c 'echo $$ > {folder}/$0; exec sleep 600' $n & SET=setsid; done"
    )
    script = (
        f"import subprocess, time; subprocess.Popen(['sh', '-c', \"{workers}\"]); time.sleep(600)"
    )
    notes = [folder / "1", folder / "2"]
    with supervised(spec_of(script), name="Box office") as server:
        server.wait_until_ready(lambda: all(note.exists() and note.read_text() for note in notes))
        left = [int(note.read_text()) for note in notes]
        [leader] = [
            each for each in descendants(server.process.pid) if "time.sleep" in each.command
        ]
        os.kill(leader.pid, signal.SIGKILL)
        assert server.how_it_ended() == "was killed by SIGKILL"
        assert not set(left) & {each.pid for each in descendants(1)}


def test_adopted_processes_that_end_are_reaped_while_the_server_runs(folder: Path) -> None:
    script = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    if os.fork() == 0:\n"
        f"        open('{folder}/pid', 'w').write(f'{{os.getpid()}}\\n')\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "time.sleep(600)\n"
    )
    pid = folder / "pid"
    with supervised(spec_of(script), name="Box office") as server:
        server.wait_until_ready(lambda: pid.exists() and pid.read_text().endswith("\n"))
        process = Path("/proc") / pid.read_text().strip()
        assert wait_until(lambda: not process.exists(), seconds=60)


def test_the_spec_is_not_visible_in_the_process_list() -> None:
    spec = spec_of("import time; time.sleep(600)")
    spec["environment"]["DATABASE_URL"] = "postgres://seatcast:secret@127.0.0.1/seatcast"
    with supervised(spec, name="Box office") as server:
        assert wait_until(lambda: len(descendants(os.getpid())) >= 2, seconds=60)
        assert all("secret" not in each.command for each in descendants(os.getpid()))
        assert server.process.poll() is None


def test_an_inherited_lock_lasts_as_long_as_the_server(folder: Path) -> None:
    locked, other = os.open(folder, os.O_RDONLY), os.open(folder, os.O_RDONLY)
    fcntl.flock(locked, fcntl.LOCK_EX)
    with supervised(
        spec_of("import time; time.sleep(600)"), name="Box office", inherited_fds=[locked]
    ):
        os.close(locked)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)
