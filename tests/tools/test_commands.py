import os
import re
import subprocess
import sys

import pytest

from deploy.paths import ROOT
from tools import commands
from tools.commands import main

TARGETS = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)

# Unlike a make that a make has called, which says where it is.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")
}


def make(*arguments: str) -> str:
    """Return what make says."""
    return subprocess.run(
        ["make", *arguments],
        env=ENVIRONMENT,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_alone_lists_every_target_with_its_help() -> None:
    assert [line.split()[1] for line in make().splitlines()] == TARGETS
    assert {"setup", "run", "test", "check"} <= set(TARGETS)


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "help"])
def test_every_target_is_a_command(target: str) -> None:
    assert make("-n", target).split()[1:4] == ["-m", "tools", target]
    with pytest.raises(SystemExit) as ended:
        main([target, "--help"])
    assert ended.value.code == 0


def test_the_commands_are_run_as_a_module() -> None:
    command = [sys.executable, "-m", "tools", "--help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"setup", "run", "test", "check"} <= set(re.findall(r"\w+", shown))


def test_ci_runs_the_tests_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make test"


def test_options_of_the_lab_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert '--only "proxy killed" --hold' in make("-n", "lab", "ONLY=proxy killed", "ARGS=--hold")
    handed: list[tuple[str, ...]] = []
    monkeypatch.setattr(commands, "set_up", lambda **_: None)
    monkeypatch.setattr(commands, "ensure_lab_packages", lambda: None)
    monkeypatch.setattr(commands, "hand_over", lambda *arguments: handed.append(arguments))
    main(["lab", "--only", "proxy killed", "--hold"])
    assert handed == [("laboratory", "lab", "--only", "proxy killed", "--hold")]
    with pytest.raises(SystemExit):
        main(["chaos", "--hold"])
