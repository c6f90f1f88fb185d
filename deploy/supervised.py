"""Run servers that end with the process that started them, however it ends."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy import supervisor
from deploy.console import Problem
from deploy.private_files import open_private
from deploy.waiting import wait_until

START_SECONDS = 180
"""Generous: on a busy machine the servers of a stack take more than a minute to start."""
_LAST_WORDS_BYTES = 4000


class ServerEnded(Problem):
    """A server ended before it was ready; `output` is the end of its output."""

    def __init__(self, sentence: str, *, output: str) -> None:
        super().__init__(f"{sentence}\n{output}" if output else sentence)
        self.output = output


@dataclass(frozen=True, kw_only=True)
class Supervised:
    """A server under a supervisor process, in a session of its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def wait_until_ready(self, ready: Callable[[], bool]) -> None:
        """Return once `ready()` is true.

        Raises: ServerEnded if the server ends first, or is not ready within START_SECONDS.
        """

        def ended() -> bool:
            return self.process.poll() is not None

        if not wait_until(lambda: ready() or ended(), seconds=START_SECONDS):
            raise ServerEnded(
                f"{self.name} did not get ready within {START_SECONDS} s.", output=self.output()
            )
        if ended():
            raise ServerEnded(f"{self.name} did not start.", output=self.output())

    def output(self) -> str:
        """Return the end of the server's output."""
        size = self.log.seek(0, 2)
        self.log.seek(max(0, size - _LAST_WORDS_BYTES))
        return self.log.read().decode(errors="replace").strip()

    def how_it_ended(self) -> str:
        """Return how the server ended, as the end of a sentence."""
        status = self.process.wait()
        known = {number.value: number.name for number in signal.Signals}
        name = known.get(status - 128)
        return f"was killed by {name}" if name else f"ended with status {status}"


@dataclass(frozen=True, kw_only=True)
class StartedServer:
    """A started server, and checks whether it is ready, and whether it still answers.

    The latter may take some seconds; without one a server that runs counts as answering.
    """

    server: Supervised
    ready: Callable[[], bool]
    answers: Callable[[], bool] | None = None


@contextmanager
def supervised(
    spec: supervisor.Spec,
    *,
    name: str,
    log_file: Path | None = None,
    inherited_fds: Collection[int] = (),
) -> Iterator[Supervised]:
    """Run a server for the length of the context, and no longer than this process lives.

    Leaving the context waits until the server and its child processes have ended. Without
    `log_file` its output is only used in error messages. The supervisor inherits the descriptors
    `inherited_fds`, so that a lock on one lasts until the server has ended, even if this process
    is killed.
    """
    with (
        _log(log_file) as log,
        subprocess.Popen(
            # -I ignores PYTHON* variables and the current folder.
            [sys.executable, "-I", supervisor.__file__],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C does not reach it
            cwd="/",
            pass_fds=inherited_fds,
        ) as process,
    ):
        assert process.stdin
        # If the supervisor was killed already, waiting for the server reports it.
        with suppress(BrokenPipeError):
            process.stdin.write(f"{json.dumps(spec)}\n".encode())
            process.stdin.flush()
        try:
            yield Supervised(name=name, process=process, log=log)
        finally:
            # Closing standard input stops the server. Popen's own exit does not wait after Ctrl-C.
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()


def _log(file: Path | None) -> IO[bytes]:
    """Open a log for appending, so that it keeps the output from before a restart."""
    return open_private(file) if file else tempfile.TemporaryFile()
