"""The order of the steps of a set-up."""

import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from deploy.console import Problem
from tools import bootstrap, stamps
from tools.node import Node
from tools.steps import run_step

PATIENCE_SECONDS = 120


@pytest.fixture(autouse=True)
def _no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_one_at_a_time", nullcontext)


def test_python_packages_and_the_client_are_set_up_side_by_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    monkeypatch.setattr(bootstrap, "_ensure_venv", lambda: None)
    monkeypatch.setattr(bootstrap, "_ensure_python_packages", lambda _: together.wait())
    monkeypatch.setattr(bootstrap, "_ensure_client_built", lambda _: together.wait())
    bootstrap.set_up()


def test_a_failure_is_reported_after_the_parallel_step_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    def fail(_: object) -> None:
        raise Problem("no client")

    monkeypatch.setattr(bootstrap, "_ensure_venv", lambda: None)
    monkeypatch.setattr(bootstrap, "_ensure_python_packages", done.append)
    monkeypatch.setattr(bootstrap, "_ensure_client_built", fail)
    with pytest.raises(Problem, match="no client"):
        bootstrap.set_up(requirements="requirements.txt")
    assert done == ["requirements.txt"]


def test_the_clients_stamp_is_written_after_the_venv_exists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[Path] = []
    done: list[str] = []

    def await_venv() -> None:
        assert not written
        done.append("venv")

    monkeypatch.setattr(bootstrap, "CLIENT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path)
    monkeypatch.setattr(bootstrap, "ensure_node", lambda _: Node(bin_dir=tmp_path, npm=("npm",)))
    monkeypatch.setattr(bootstrap, "run_npm", lambda _, *arguments, **__: done.append(arguments[0]))
    monkeypatch.setattr(stamps, "write", lambda stamp, _: written.append(stamp))
    bootstrap._ensure_client_packages(Node(bin_dir=tmp_path, npm=("npm",)), await_venv)
    assert (done, [stamp.name for stamp in written]) == (["ci", "venv"], ["package-lock.json"])


def test_a_step_prints_its_name_and_duration(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run_step(["true"], what="Doing it", cwd=tmp_path)
    assert capsys.readouterr().out == "Doing it …\nDoing it: 0 s\n"
