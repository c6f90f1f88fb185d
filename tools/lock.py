"""`make lock`: pin every Python package, with the hashes of its files.

pyproject.toml names what the code imports. All of it is resolved at once, for every supported
Python and platform, and written to one file for each purpose. A file includes the one that it
builds on, so that each package is pinned once.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.console import Problem, say
from deploy.paths import ROOT, VENV_BIN

INPUT = ROOT / "pyproject.toml"
_OLDEST_PYTHON = "3.11"
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^ ]+)(?: ; (?P<marker>[^\\]+))?")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})(?![0-9a-f])")


@dataclass(frozen=True, kw_only=True)
class LockFile:
    """A requirements file: its path from the root, its extras, and the file that it includes."""

    name: str
    extras: tuple[str, ...] = ()
    parent: str | None = None

    @property
    def path(self) -> Path:
        return ROOT / self.name

    @property
    def included(self) -> str | None:
        """The parent's path from this file's folder, as pip reads it."""
        return self.parent and os.path.relpath(self.parent, Path(self.name).parent)


LOCK_FILES = (
    LockFile(name="requirements.txt"),
    LockFile(name="requirements/stack.txt", extras=("stack",), parent="requirements.txt"),
    LockFile(
        name="requirements/loadtest.txt",
        extras=("stack", "loadtest"),
        parent="requirements/stack.txt",
    ),
    LockFile(
        name="requirements/dev.txt",
        extras=("stack", "loadtest", "dev"),
        parent="requirements/loadtest.txt",
    ),
    LockFile(
        name="requirements/audit.txt",
        extras=("stack", "loadtest", "dev", "audit"),
        parent="requirements/dev.txt",
    ),
    LockFile(
        name="requirements/observability.txt", extras=("observability",), parent="requirements.txt"
    ),
    LockFile(name="requirements/node.txt", extras=("node",), parent="requirements.txt"),
    LockFile(name="requirements/lab.txt", extras=("lab",), parent="requirements.txt"),
)


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One package in a lock file."""

    name: str
    version: str
    marker: str | None
    hashes: frozenset[str]
    text: str


def main(arguments: Sequence[str] = ()) -> int:
    """Update the lock files; return the exit status."""
    parser = argparse.ArgumentParser(prog="make lock", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest indirect versions")
    options = parser.parse_args(arguments)
    try:
        write_lock_files(upgrade=options.upgrade)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    return 0


def write_lock_files(*, upgrade: bool = False) -> None:
    """Resolve all packages, and write each lock file. Without `upgrade` versions stay if possible.

    Raises: Problem if there is no solution, or no package index.
    """
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder, "everything.txt")
        if not upgrade:
            known = [file.path.read_text() for file in LOCK_FILES if file.path.exists()]
            everything.write_text("\n".join(_without_includes(text) for text in known))
        _compile(everything, ["--all-extras"])
        for file in LOCK_FILES:
            # uv prefers the versions in its output file, so that all files agree.
            target = Path(folder, file.path.name)
            target.write_text(everything.read_text())
            _compile(target, [f"--extra={extra}" for extra in file.extras])
        resolved = {file.name: pins_in(Path(folder, file.path.name)) for file in LOCK_FILES}
    for file in LOCK_FILES:
        file.path.write_text(_lock_text(file, resolved))
        say(f"{file.name}: {len(resolved[file.name])} packages")


def pins_in(path: Path) -> list[Pin]:
    """Return the packages of a lock file, without those of the file that it includes."""
    blocks = re.split(r"\n(?=\S)", _without_comments(path.read_text()))
    return [_pin(block) for block in blocks if block.strip() and not block.startswith("-r ")]


def all_pins(file: LockFile) -> list[Pin]:
    """Return the packages of a lock file and of the files that it includes."""
    parents = {each.name: each for each in LOCK_FILES}
    inherited = all_pins(parents[file.parent]) if file.parent else []
    return [*inherited, *pins_in(file.path)]


def _pin(block: str) -> Pin:
    """Parse one package. Raises: ValueError if it is not pinned exactly."""
    match = _PIN.match(block)
    if not match:
        raise ValueError(f"Not an exact pin: {block.splitlines()[0]}")
    return Pin(
        name=match["name"],
        version=match["version"],
        marker=match["marker"].strip() if match["marker"] else None,
        hashes=frozenset(_HASH.findall(block)),
        text=block.rstrip(),
    )


def _lock_text(file: LockFile, resolved: dict[str, list[Pin]]) -> str:
    inherited = {pin.text for pin in resolved[file.parent]} if file.parent else set()
    head = ["# Written by `make lock` from pyproject.toml; do not edit."]
    head += [f"-r {file.included}"] if file.parent else []
    own = [pin.text for pin in resolved[file.name] if pin.text not in inherited]
    return "\n".join([*head, *own]) + "\n"


def _compile(target: Path, extras: Sequence[str]) -> None:
    command = [
        *(str(VENV_BIN / "uv"), "pip", "compile", str(INPUT), f"--output-file={target}"),
        *("--universal", f"--python-version={_OLDEST_PYTHON}", "--generate-hashes"),
        *("--no-annotate", "--no-header", "--no-emit-index-url", "--quiet", *extras),
    ]
    # With any package index: the hashes prove that the files are the same.
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"The packages could not be locked: {done.stderr.strip()}")


def _without_includes(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("-r "))


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
