"""Run linters and type checkers: all, or those named.

`make test` runs the quick ones alone; `make check` and `make thorough` run them all.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from deploy.console import say
from deploy.environment import clean_environment
from deploy.paths import FRONTEND, ROOT, VENV_BIN, VENV_PYTHON
from tools.node import ensure_node

_PYTHON = str(VENV_PYTHON)
# A minute and a half of CPU time together, without a cache.
_SLOW = {"mypy", "lint", "typecheck"}


@dataclass(frozen=True, kw_only=True)
class Check:
    """A command that prints its findings and exits with 0 if there are none."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path = ROOT


def main(arguments: Sequence[str] = ()) -> int:
    """Run the checks, also after a failure; return 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.check", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without mypy, eslint and tsc")
    parser.add_argument("--report", type=Path, help="write a JUnit report to this file")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(arguments)
    suite, failed = ElementTree.Element("testsuite", name="check"), []
    with tempfile.TemporaryDirectory() as data_dir:
        checks = _checks(data_dir=data_dir)
        names = {check.name for check in checks}
        if unknown := set(options.names) - names:
            parser.error(f"There is no check {', '.join(sorted(unknown))}.")
        if options.quick:
            names -= _SLOW
        for check in checks:
            if check.name in (options.names or names):
                case = ElementTree.SubElement(suite, "testcase", name=check.name)
                status, output = _run(check)
                if status:
                    failed.append(check.name)
                    ElementTree.SubElement(case, "failure").text = output
    if options.report:
        ElementTree.ElementTree(suite).write(options.report)
    say(f"checks: {len(suite) - len(failed)} passed, {len(failed)} failed {' '.join(failed)}")
    return 1 if failed else 0


def _run(check: Check) -> tuple[int, str]:
    """Run a check and print its output; return its exit status and the output."""
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=check.folder,
        env=check.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    result = "FAILED" if done.returncode else "ok"
    say(f"{done.stdout}{check.name}: {result} ({time.monotonic() - started:.1f} s)")
    return done.returncode, done.stdout


def _checks(*, data_dir: str) -> list[Check]:
    node = ensure_node()
    server = clean_environment(SEATCAST_DATA_DIR=data_dir)
    client = clean_environment(**node.environment())
    commands = {
        "ruff-format": (_PYTHON, "-m", "ruff", "format", "--check", "."),
        "ruff": (_PYTHON, "-m", "ruff", "check", "."),
        "mypy": (_PYTHON, "-m", "mypy"),
        "import-linter": (str(VENV_BIN / "lint-imports"),),
        "migrations": (_PYTHON, "manage.py", "makemigrations", "--check"),
        "schema": (_PYTHON, "-m", "tools.schema", "--check"),
    }
    return [
        *(Check(name=name, command=each, environment=server) for name, each in commands.items()),
        *(
            Check(
                name=script,
                command=node.npm_command("run", "--silent", script),
                environment=client,
                folder=FRONTEND,
            )
            for script in ("lint", "typecheck")
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
