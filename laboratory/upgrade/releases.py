"""Check out older versions of this repository."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from deploy.console import Problem
from deploy.paths import CLIENT, ROOT, VENV

_VERSION = "^version = "


def last_release() -> str:
    """Return the commit that set the version. Raises: Problem."""
    return (
        _git("log", "-1", "--format=%H", f"-G{_VERSION}", "--", "pyproject.toml").decode().strip()
    )


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Check out a revision for the length of the context; yield its folder.

    It has this checkout's packages and client: what is tried is its servers.
    Raises: Problem.
    """
    with tempfile.TemporaryDirectory(prefix="seatcast-", dir="/tmp") as name:
        folder = Path(name)
        with tarfile.open(fileobj=BytesIO(_git("archive", revision))) as archive:
            archive.extractall(folder, filter="data")
        for ours in (VENV, CLIENT):
            (folder / ours.relative_to(ROOT)).symlink_to(ours)
        yield folder


def title(revision: str) -> str:
    """Return a revision's short hash and subject."""
    return _git("log", "-1", "--format=%h %s", revision).decode().strip()


def _git(*arguments: str) -> bytes:
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    if run.returncode or not run.stdout.strip():
        reason = run.stderr.decode().strip() or "nothing was found"
        raise Problem(f"`git {arguments[0]}` does not know the older version: {reason}")
    return run.stdout
