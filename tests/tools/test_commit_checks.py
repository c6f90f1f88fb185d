"""What runs before a commit, before a push and in CI."""

from typing import Any

import yaml

from deploy.paths import ROOT


def _read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def test_commits_are_checked_and_pushes_tested() -> None:
    [local] = _read(".pre-commit-config.yaml")["repos"]
    assert {hook["entry"]: hook["stages"] for hook in local["hooks"]} == {
        "make check": ["pre-commit"],
        "make test": ["pre-push"],
    }


def test_ci_runs_the_same_two_commands() -> None:
    [job] = _read(".github/workflows/checks.yml")["jobs"].values()
    assert job["strategy"]["matrix"]["target"] == ["check", "test"]
    assert job["steps"][-1]["run"] == "make ${{ matrix.target }}"
