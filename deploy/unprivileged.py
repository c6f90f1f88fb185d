"""Run servers as an unprivileged user, because PostgreSQL refuses to run as root.

If this process is root, servers run as `nobody`, otherwise as the user of this process.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.console import Problem

_NOBODY = 65534


def server_user() -> int | None:
    """Return the uid (and gid) of servers, or None for that of this process."""
    return _NOBODY if os.geteuid() == 0 else None


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Create a temporary folder for one server, in /tmp because socket paths must be short."""
    home = Path(tempfile.mkdtemp(prefix="seatcast-", dir="/tmp"))
    try:
        _hand_over(home)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def write_for_servers(file: Path, content: str) -> None:
    """Write a file that only the servers' user, and root, can read."""
    file.touch(mode=0o600)
    file.write_text(content)
    _hand_over(file)


def writable(data_dir: Path) -> Path:
    """Create `data_dir`, owned by the servers' user, and return it resolved.

    Raises: Problem if that user cannot reach it.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _hand_over(data_dir)
    if not _succeeds(["test", "-w", str(data_dir)]):
        raise Problem(
            f"The servers run as user {server_user()}, who cannot reach {data_dir}: "
            "set SEATCAST_DATA_DIR to a folder that everyone can reach."
        )
    return data_dir


def is_reachable(folder: Path) -> bool:
    """Return whether the servers' user can traverse an existing folder."""
    return server_user() is None or _succeeds(["test", "-x", str(folder)])


def runnable(*, package: str, program: str, home: Path) -> Path:
    """Return the path of a program of a package that the servers' user can run.

    `program` is a glob pattern in the package. The package is copied to `home` if that user cannot
    run it in place, as in a checkout below /root.

    Raises: Problem if the package is not installed, or has no program for this platform.
    """
    spec = importlib.util.find_spec(package)
    if not spec or not spec.submodule_search_locations:
        raise Problem(f"The package {package} is missing: `make setup DEV=1` installs it.")
    installed = Path(spec.submodule_search_locations[0])
    found = next(installed.glob(program), None)
    if not found:
        raise Problem(f"The package {package} has no program for this kind of machine.")
    if _succeeds([str(found), "--version"]):
        return found
    # The programs load libraries from a folder beside the package.
    for folder in (installed, installed.with_name(f"{package}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, home / "copy" / folder.name)
    for path in (home / "copy", *(home / "copy").rglob("*")):
        _hand_over(path)
    return home / "copy" / package / found.relative_to(installed)


def _hand_over(path: Path) -> None:
    if (user := server_user()) is not None:
        os.chown(path, user, user)


def _succeeds(command: list[str]) -> bool:
    """Return whether a command succeeds when the servers' user runs it."""
    user = server_user()
    try:
        result = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            check=False,
        )
    except OSError:
        return False
    return result.returncode == 0
