"""Run slow work in child processes, so that it takes neither the memory nor the GIL of a server.

Each kind has at most as many child processes as turns. They start when they are needed, are
replaced after MAX_JOBS, and end when idle (`slow_work.child`). Work and results are bytes: nothing
that a child sends is executed here, because it may have been taken over by what it has read.

A child that dies, hangs or runs out of memory costs one request its answer; the next one gets a new
child.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from infrastructure.slow_work.child import DONE, IDLE_SECONDS, REFUSED, SIZE, read
from infrastructure.slow_work.kinds import InChild, Kind
from infrastructure.slow_work.turns import SlowWorkBusy

MAX_JOBS = 100
"""After so many pieces of work a child is replaced, whose memory grows with them."""

MAX_ANSWER_BYTES = 32 * 1024 * 1024

_FOLDER = Path(__file__).parents[2]
_CHILD = "infrastructure.slow_work.child"
# What Python needs, and nothing that is secret. One arena: the others only reserve memory.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR")
_OF_CHILD = {"MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class InputRefused(ValueError):
    """The input is not as the work needs it."""


def run_in_child(kind: Kind, content: bytes) -> bytes:
    """Return the result of a kind's work in a child process. The caller has a turn.

    Raises: InputRefused, SlowWorkBusy.
    """
    if kind.child is None:
        raise TypeError(f"{kind.name} runs in no child process.")
    child = _idle_child(kind) or _Child(kind.child)
    try:
        status, answer = child.answer(content)
    except BaseException as error:
        child.end()
        if isinstance(error, OSError):
            raise SlowWorkBusy from error
        raise
    if status not in (DONE, REFUSED) or child.jobs >= MAX_JOBS:
        child.end()
    else:
        with _lock:
            _idle[kind.name].append(child)
    if status == REFUSED:
        raise InputRefused(answer.decode(errors="replace"))
    if status != DONE:
        raise SlowWorkBusy
    return answer


class _Child:
    """A child process, with the limits of its work."""

    def __init__(self, work: InChild) -> None:
        self._seconds = work.seconds
        self._idle_since = time.monotonic()
        self.jobs = 0
        self._socket, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _CHILD, work.function, str(work.memory_mb)],
                cwd=_FOLDER,
                env=environment | _OF_CHILD,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
            )

    @property
    def is_usable(self) -> bool:
        """Whether it has not ended, and will not end soon because it was idle."""
        is_idle = time.monotonic() > self._idle_since + IDLE_SECONDS / 2
        return self._process.poll() is None and not is_idle

    def answer(self, content: bytes) -> tuple[bytes, bytes]:
        """Return the status and the answer. Raises: OSError if it died or took too long."""
        self.jobs += 1
        latest = time.monotonic() + self._seconds
        self._socket.settimeout(self._seconds)
        self._socket.sendall(SIZE.pack(len(content)) + content)
        status = self._socket.recv(1)
        left = latest - time.monotonic()
        answer = read(self._socket, seconds=left, most=MAX_ANSWER_BYTES) if status else None
        if answer is None:
            raise OSError("The child process ended.")
        self._idle_since = time.monotonic()
        return status, answer

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._socket.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


def end_children() -> None:
    """End all idle child processes. Without it they end with this process, or when idle."""
    with _lock:
        idle = [child for children in _idle.values() for child in children]
        _idle.clear()
    for child in idle:
        child.end()


def _idle_child(kind: Kind) -> _Child | None:
    """Take an idle child that can be used, if there is one."""
    while True:
        with _lock:
            idle = _idle[kind.name]
            child = idle.pop() if idle else None
        if child is None or child.is_usable:
            return child
        child.end()


_lock = threading.Lock()
_idle: defaultdict[str, list[_Child]] = defaultdict(list)
atexit.register(end_children)
