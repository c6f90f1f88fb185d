"""Run all linters and type checkers, one after the other.

`make test` skips the slowest eslint rules, which `make check` and `make thorough` include.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.console import say
from deploy.environment import clean_environment
from deploy.paths import FRONTEND, VENV_BIN, VENV_PYTHON
from tools.node import Node, ensure_node
from tools.processes import run_shown
from tools.reports import Counts
from tools.schema import check_schema

_PYTHON = str(VENV_PYTHON)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check; `run` prints its findings and returns an exit status."""

    name: str
    run: Callable[[], int]


def main() -> int:
    """Run all checks; return 1 if one failed."""
    counts = run_checks()
    say(f"checks: {counts.passed} passed, {counts.failed} failed")
    return 1 if counts.failed else 0


def run_checks(*, lint: str = "lint") -> Counts:
    """Run all checks, also after a failure, and print the result of each.

    `lint` is the client's npm script to lint it.
    """
    failed = []
    checks = _checks(ensure_node(), lint=lint)
    for check in checks:
        started = time.monotonic()
        say(f"{check.name} …")
        is_ok = check.run() == 0
        say(f"{check.name}: {'ok' if is_ok else 'FAILED'} ({time.monotonic() - started:.1f} s)")
        if not is_ok:
            failed.append(check.name)
    if failed:
        say(f"Failed: {', '.join(failed)}.")
    return Counts(passed=len(checks) - len(failed), failed=len(failed))


def _checks(node: Node, *, lint: str) -> list[Check]:
    return [
        _server_check("ruff format", _PYTHON, "-m", "ruff", "format", "--check", "."),
        _server_check("ruff", _PYTHON, "-m", "ruff", "check", "."),
        _server_check("mypy", _PYTHON, "-m", "mypy"),
        _server_check("import-linter", str(VENV_BIN / "lint-imports")),
        _server_check("migrations", _PYTHON, "manage.py", "makemigrations", "--check"),
        Check(name="API schema", run=check_schema),
        *(_client_check(node, script) for script in (lint, "typecheck", "types:check")),
    ]


def _server_check(name: str, *command: str) -> Check:
    def run() -> int:
        with tempfile.TemporaryDirectory() as data_dir:
            return run_shown(command, environment=clean_environment(SEATCAST_DATA_DIR=data_dir))

    return Check(name=name, run=run)


def _client_check(node: Node, script: str) -> Check:
    command: Sequence[str] = node.npm_command("run", "--silent", script)
    environment = clean_environment(**node.environment())
    return Check(
        name=f"client's {script}",
        run=lambda: run_shown(command, environment=environment, cwd=FRONTEND),
    )


if __name__ == "__main__":
    sys.exit(main())
