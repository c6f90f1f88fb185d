"""Running one step of the set-up, and saying what went wrong in a sentence."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.paths import ROOT, VENV_PYTHON
from deploy.problems import Problem

# What pip, npm and apt-get say when they reach nobody.
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


def say(text: str) -> None:
    print(text, flush=True)


def run_step(
    command: Sequence[str],
    *,
    what: str,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Say `what` is being done, and do it; its output is shown only if it fails.

    Raises: Problem with the reason, after showing the output.
    """
    say(f"{what} …")
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
        return
    say(result.stdout.rstrip())
    if any(sign in result.stdout for sign in _SIGNS_OF_NO_NETWORK):
        raise Problem(f"{what} failed because there is no network, or its registry is away.")
    raise Problem(f"{what} failed; what it said is above.")


def pip_install(lock_file: str, *, what: str) -> None:
    """Install a lock file into .venv, quietly. A file with another hash is refused.

    Raises: Problem.
    """
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(ROOT / lock_file)]
    run_step(pip, what=what, cwd=ROOT)
