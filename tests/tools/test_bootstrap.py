"""The order of the steps of a set-up."""

import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from deploy.console import Problem
from tools import bootstrap
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


def test_each_checkout_builds_its_client_though_it_shares_the_virtual_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[str] = []
    checkout = ""

    def run_npm(_: Node, *arguments: str, what: str) -> None:
        if "vite" in arguments:
            built.append(checkout)

    monkeypatch.setattr(bootstrap, "ensure_node", lambda _: Node(bin_dir=tmp_path, npm=("npm",)))
    monkeypatch.setattr(bootstrap, "run_npm", run_npm)
    for checkout in ("one", "one", "another"):
        monkeypatch.setattr(bootstrap, "CLIENT", tmp_path / checkout / "dist")
        monkeypatch.setattr(bootstrap, "NODE_MODULES", tmp_path / checkout / "node_modules")
        bootstrap._ensure_client_built(lambda: None)
    assert built == ["one", "another"]


def test_a_step_prints_its_name_and_duration(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run_step(["true"], what="Doing it", cwd=tmp_path)
    assert capsys.readouterr().out == "Doing it …\nDoing it: 0 s\n"
