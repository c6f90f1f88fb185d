"""A child process for slow work: `python -m slow_work.child FUNCTION MEMORY_MB`.

Standard input is a socket to the parent. A piece of work is its length and its bytes; the answer
has a status before. The process ends with the parent, also if that is killed, and after being idle.

It sets its own limits: memory, a low priority, and that the kernel ends it first if memory is
short. It has neither Django's settings nor the environment of the server.
"""

import os
import resource
import select
import socket
import struct
import sys
import threading
import time
import traceback
from contextlib import suppress
from importlib import import_module

SIZE = struct.Struct("!I")
DONE, REFUSED, FAILED = b"d", b"r", b"f"
"""The answers: a result, input that is not as it must be (ValueError), and any other error."""

IDLE_SECONDS = 60.0
NICENESS = 15
# It is killed long before; this ends one that hangs when its parent is gone.
_CPU_SECONDS = 600
_STACK_BYTES = 256 * 1024
_PART_BYTES = 1024 * 1024


def main(function: str, memory_mb: int) -> None:
    """Do work for the parent until it is gone."""
    _limit(memory_mb)
    parent = socket.socket(fileno=sys.stdin.fileno())
    threading.stack_size(_STACK_BYTES)
    threading.Thread(target=_end_with, args=(parent.fileno(),), daemon=True).start()
    module, _, name = function.partition(":")
    work = getattr(import_module(module), name)
    while (content := read(parent, seconds=IDLE_SECONDS)) is not None:
        try:
            status, answer = DONE, work(content)
        except ValueError as error:
            status, answer = REFUSED, str(error).encode()
        except Exception:  # noqa: BLE001 - whatever it is costs one answer
            traceback.print_exc()
            status, answer = FAILED, b""
        parent.settimeout(None)
        parent.sendall(status + SIZE.pack(len(answer)) + answer)


def read(connection: socket.socket, *, seconds: float, most: int = 0xFFFF_FFFF) -> bytes | None:
    """Read bytes after their length, in so many seconds; None if nothing comes.

    Raises: OSError, also if there are more than `most`, or they end early or late.
    """
    until = time.monotonic() + seconds
    try:
        head = _exactly(connection, SIZE.size, until)
    except TimeoutError:
        return None
    if not head:
        return None
    (size,) = SIZE.unpack(head)
    if size > most:
        raise OSError("There is more than there may be.")
    return _exactly(connection, size, until)


def _exactly(connection: socket.socket, size: int, until: float) -> bytes:
    """Read `size` bytes; none if the connection ends before the first. Raises: OSError."""
    found = bytearray()
    while len(found) < size:
        connection.settimeout(max(0.001, until - time.monotonic()))
        part = connection.recv(min(size - len(found), _PART_BYTES))
        if not part and found:
            raise OSError("The other process ended.")
        if not part:
            break
        found += part
    return bytes(found)


def lower_priority(niceness: int) -> None:
    """Set the niceness of this process, also against processes of other sessions.

    Linux with autogroups shares the processor between sessions first, whatever their niceness. So
    the process gets a session of its own with the same niceness; see "autogroup" in sched(7).
    """
    with suppress(OSError):
        os.nice(niceness)
    with suppress(OSError):
        os.setsid()
    with suppress(OSError), open("/proc/self/autogroup", "w") as file:  # noqa: PTH123
        file.write(str(niceness))


def _limit(memory_mb: int) -> None:
    """Limit this process. Some systems have no such limits."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20,) * 2)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS,) * 2)
    lower_priority(NICENESS)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
        file.write("1000")


def _end_with(number: int) -> None:
    """End this process when the other end of a socket is closed, whatever it is doing."""
    poll = select.poll()
    poll.register(number, 0)
    poll.poll()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
