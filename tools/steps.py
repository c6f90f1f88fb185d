"""Run the steps of the set-up, and explain failures in one sentence."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.console import Problem, say
from deploy.paths import ROOT, VENV_PYTHON

# Error messages of pip, npm and apt-get without a network.
_SIGNS_OF_NO_NETWORK = (
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Name or service not known",
    "nodename nor servname",
    "NewConnectionError",
    "Network is unreachable",
    "Connection refused",
    "Connection timed out",
    "ConnectTimeoutError",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "ENETUNREACH",
)


_one_pip = threading.Lock()


def run_step(
    command: Sequence[str],
    *,
    what: str,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a command, print `what` it does before and its duration after; several may run at once.

    Its output is printed only if it fails. Raises: Problem with the reason.
    """
    say(f"{what} …")
    began = time.monotonic()
    result = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode == 0:
        say(f"{what}: {time.monotonic() - began:.0f} s")
        return
    say(result.stdout.rstrip())
    if any(sign in result.stdout for sign in _SIGNS_OF_NO_NETWORK):
        raise Problem(f"{what} failed: there is no network, or its registry does not respond.")
    raise Problem(f"{what} failed; its output is above.")


def pip_install(lock_file: str, *, what: str) -> None:
    """Install a lock file into .venv, checking hashes, one at a time.

    Raises: Problem.
    """
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(ROOT / lock_file)]
    with _one_pip:
        run_step(pip, what=what, cwd=ROOT)
