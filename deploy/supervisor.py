"""Run one server for exactly as long as the process that asked for it lives.

Run as `python -I supervisor.py`, with a `Spec` in JSON as the first line of standard input (not as
an argument, since it may contain passwords). The parent holds the other end of that pipe. When it
closes, on purpose or because the parent died (kill -9 included), the server is stopped and its
temporary folder removed.

All processes that the server has started end with it, even if the server was killed: the supervisor
returns when none is left. On Linux it is their subreaper, and the server dies with it.

Hazard: any other process that inherits the writing end of the pipe keeps the server alive.
`subprocess` closes it in its children; a bare `os.fork()` does not.
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
    prepare: list[list[str]]  # commands to run first, in order; the first failure is final
    command: list[str]
    folder: str  # working directory of the commands
    environment: dict[str, str]
    user: int | None  # uid and gid of the commands; None: those of this process
    stop_signal: int
    stop_seconds: float  # after the signal, until SIGKILL
    remove: NotRequired[str]  # a folder to delete at the end


def main(spec: Spec) -> int:
    """Return the exit status of the server, or of the `prepare` command that failed.

    As in a shell, it is 128 + n if signal n ended it.
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
        # In a thread, because the main thread is waiting for the server.
        threading.Thread(target=_stop, args=[server, spec], daemon=True).start()

    signal.signal(signal.SIGTERM, at_sigterm)
    # Otherwise whoever waits for an adopted process to be gone would wait for ever.
    signal.signal(signal.SIGCHLD, lambda *_: _reap_adopted(server.pid))
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
        # After the change of user, which would reset it. No other thread is running yet.
        preexec_fn=lambda: linux(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL),
    )


def _stop(server: subprocess.Popen[bytes], spec: Spec) -> None:
    server.send_signal(spec["stop_signal"])
    try:
        server.wait(spec["stop_seconds"])
    except subprocess.TimeoutExpired:
        server.kill()


def _end_orphans(group: int) -> None:
    """Terminate the processes that the server left behind, then kill them; return at the end."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    _signal_orphans(group, signal.SIGTERM)
    while _reap() or _signal_orphans(group, 0):
        if time.monotonic() > deadline:
            _signal_orphans(group, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)


def _signal_orphans(group: int, number: int) -> bool:
    """Signal the server's process group and adopted processes; return whether the group exists."""
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), number)
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _reap_adopted(server: int) -> None:
    """Reap adopted processes that have ended while the server runs, but not the server."""
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            if int(pid) != server:
                with suppress(ChildProcessError):
                    os.waitpid(int(pid), os.WNOHANG)


def _reap() -> bool:
    """Reap adopted processes that have ended; return whether others are left."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    return True


def _linux_calls() -> Callable[[int, int], None]:
    """Return Linux's prctl, or a function that does nothing on other systems."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def call(option: int, value: int) -> None:
        if prctl is not None:
            prctl(option, ctypes.c_ulong(value), 0, 0, 0)

    return call


def _read_spec() -> Spec:
    """Read the first line of standard input unbuffered: a thread reads the rest."""
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
