"""Run one server for exactly as long as the process that asked for it lives.

`python -I supervisor.py SPEC`, where SPEC is a `Spec` in JSON. The asking process holds the
other end of this process's standard input. When that closes, because it was closed or because
its owner is gone (kill -9 included), the server is stopped and the temporary folder removed.

Hazard: whoever else inherits the writing end keeps the server alive. `subprocess` closes it
in its children; a bare `os.fork()` does not.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from typing import NotRequired, TypedDict


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
    """Return the exit status of the server, or of the preparation that failed."""
    try:
        return _supervise(spec)
    finally:
        if folder := spec.get("remove"):
            shutil.rmtree(folder, ignore_errors=True)


def _supervise(spec: Spec) -> int:
    for command in spec["prepare"]:
        if status := _start(command, spec).wait():
            return status
    server = _start(spec["command"], spec)

    def at_end_of_input() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        _stop(server, spec)

    def at_sigterm(*_: object) -> None:
        # Not here: the main thread is in the middle of waiting for the server.
        threading.Thread(target=_stop, args=[server, spec], daemon=True).start()

    signal.signal(signal.SIGTERM, at_sigterm)
    threading.Thread(target=at_end_of_input, daemon=True).start()
    return server.wait()


def _start(command: list[str], spec: Spec) -> subprocess.Popen[bytes]:
    user = spec["user"]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        cwd=spec["folder"],
        env=spec["environment"],
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def _stop(server: subprocess.Popen[bytes], spec: Spec) -> None:
    server.send_signal(spec["stop_signal"])
    try:
        server.wait(spec["stop_seconds"])
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(json.loads(sys.argv[1])))
