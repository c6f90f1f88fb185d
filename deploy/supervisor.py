"""Run one server for exactly as long as the process that asked for it lives.

`python -I supervisor.py`, with a `Spec` in JSON as the first line of standard input: it may hold
passwords, and arguments are for everyone to see. The asking process holds the other end of that
input. When it closes, because it was closed or because its owner is gone (kill -9 included), the
server is stopped and the temporary folder removed.

Whatever the server has started ends with it, also when the server itself was killed and told
nobody: this process returns when none of them is left. On Linux it adopts them for that, and is
itself not to be outlived by the server.

Hazard: whoever else inherits the writing end keeps the server alive. `subprocess` closes it
in its children; a bare `os.fork()` does not.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NotRequired, TypedDict

ORPHAN_SECONDS = 3.0
_POLL_SECONDS = 0.02
# Of <linux/prctl.h>.
_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36


class Spec(TypedDict):
    prepare: list[list[str]]  # run to completion first, in order; the first failure ends it all
    command: list[str]
    folder: str  # where the commands run
    environment: dict[str, str]
    user: int | None  # uid and gid of the commands; None is whoever runs this
    stop_signal: int
    stop_seconds: float  # after the signal, until SIGKILL
    remove: NotRequired[str]  # a folder to delete at the end


def main(spec: Spec) -> int:
    """Return the exit status of the server, or of the preparation that failed.

    As in a shell, that is 128 and its number when a signal ended it.
    """
    try:
        status = _supervise(spec)
        return status if status >= 0 else 128 - status
    finally:
        if folder := spec.get("remove"):
            shutil.rmtree(folder, ignore_errors=True)


def _supervise(spec: Spec) -> int:
    linux = _linux_calls()
    linux(_SET_CHILD_SUBREAPER, 1)
    for command in spec["prepare"]:
        if status := _start(command, spec, linux).wait():
            return status
    server = _start(spec["command"], spec, linux)

    def at_end_of_input() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        _stop(server, spec)

    def at_sigterm(*_: object) -> None:
        # Not here: the main thread is in the middle of waiting for the server.
        threading.Thread(target=_stop, args=[server, spec], daemon=True).start()

    signal.signal(signal.SIGTERM, at_sigterm)
    threading.Thread(target=at_end_of_input, daemon=True).start()
    status = server.wait()
    _end_orphans(server.pid)
    return status


def _start(
    command: list[str], spec: Spec, linux: Callable[[int, int], None]
) -> subprocess.Popen[bytes]:
    user = spec["user"]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        cwd=spec["folder"],
        env=spec["environment"],
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        process_group=0,
        # After the change of user, which would undo it. No thread is running yet.
        preexec_fn=lambda: linux(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL),
    )


def _stop(server: subprocess.Popen[bytes], spec: Spec) -> None:
    server.send_signal(spec["stop_signal"])
    try:
        server.wait(spec["stop_seconds"])
    except subprocess.TimeoutExpired:
        server.kill()


def _end_orphans(group: int) -> None:
    """End what the server has left behind, gently first; return when none is left."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    _signal_orphans(group, signal.SIGTERM)
    while _reap() or _signal_orphans(group, 0):
        if time.monotonic() > deadline:
            _signal_orphans(group, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)


def _signal_orphans(group: int, number: int) -> bool:
    """Send a signal to the server's group and to who was adopted; return whether it has members."""
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), number)
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _reap() -> bool:
    """Take leave of adopted processes that have ended; return whether others are left."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    return True


def _linux_calls() -> Callable[[int, int], None]:
    """Return Linux's prctl, and elsewhere a function that does nothing."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def call(option: int, value: int) -> None:
        if prctl is not None:
            prctl(option, ctypes.c_ulong(value), 0, 0, 0)

    return call


def _read_spec() -> Spec:
    """Read the first line of standard input, without the buffer that a thread would die with."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(sys.stdin.fileno(), 65536)
        if not part:
            sys.exit("The process that asked for a server is gone.")
        line += part
    spec: Spec = json.loads(line)
    return spec


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(_read_spec()))
