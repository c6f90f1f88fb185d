"""Run tools in process groups of their own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.paths import ROOT

STAGE_SECONDS = 3 * 60 * 60
"""A time limit for tools that hang: all random tests take an hour on a busy machine."""
_POLL_SECONDS = 0.1
_END_SECONDS = 10


def run_shown(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    cwd: Path = ROOT,
    seconds: float = STAGE_SECONDS,
) -> int:
    """Run a tool with its output at the terminal; return its exit status.

    Its process group is terminated after `seconds` (the status is then 124), and on Ctrl-C.
    """
    sys.stdout.flush()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, env=environment, cwd=cwd, process_group=0
    ) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            print(f"seatcast: ended after {seconds:.0f} s: {' '.join(command)}", file=sys.stderr)
            _end_group(process)
            return 124
        except KeyboardInterrupt:
            _end_group(process)
            raise


def run_in_background(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    output: Path,
    is_over: threading.Event,
) -> int:
    """Run a tool with its output in a file, at a lower priority; return its exit status.

    Its process group is terminated when `is_over` is set, or after STAGE_SECONDS; the status is
    then 124.
    """
    deadline = time.monotonic() + STAGE_SECONDS
    with (
        output.open("wb") as file,
        subprocess.Popen(
            ["nice", *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
            process_group=0,
        ) as process,
    ):
        while process.poll() is None:
            if is_over.wait(_POLL_SECONDS) or time.monotonic() > deadline:
                _end_group(process)
                return 124
        return process.returncode


def _end_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
