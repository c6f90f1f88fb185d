"""Servers that end with the process that started them, however that one ends."""

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

START_SECONDS = 60
_LAST_WORDS_BYTES = 4000


class ServerEnded(Problem):
    """A server ended before it could be used; `output` is the last that it wrote."""

    def __init__(self, sentence: str, *, output: str) -> None:
        super().__init__(f"{sentence}\n{output}" if output else sentence)
        self.output = output


@dataclass(frozen=True, kw_only=True)
class Supervised:
    """A server that runs under a supervisor of its own, in its own session."""

    name: str
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def wait_until_ready(self, ready: Callable[[], bool]) -> None:
        """Return once `ready()` holds.

        Raises: ServerEnded when the server ends first, or is not ready within START_SECONDS.
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
        """Return the end of what the server wrote."""
        size = self.log.seek(0, 2)
        self.log.seek(max(0, size - _LAST_WORDS_BYTES))
        return self.log.read().decode(errors="replace").strip()

    def how_it_ended(self) -> str:
        """Return the end of a sentence about a server that has ended."""
        status = self.process.wait()
        known = {number.value: number.name for number in signal.Signals}
        name = known.get(status - 128)
        return f"was ended by {name}" if name else f"ended with status {status}"


@dataclass(frozen=True, kw_only=True)
class StartedServer:
    """A server that was started, and how to ask whether it can be used."""

    server: Supervised
    ready: Callable[[], bool]


@contextmanager
def supervised(
    spec: supervisor.Spec,
    *,
    name: str,
    log_file: Path | None = None,
    inherited_fds: Collection[int] = (),
) -> Iterator[Supervised]:
    """Run a server for the length of the context, and not one moment longer than this process.

    Leaving the context returns after the server has ended, and all that it had started. Without
    `log_file` its output is kept only to be shown in errors. Until then file descriptors in
    `holds` stay open, also when this process is killed: whoever locked one has it locked.
    """
    with (
        _log(log_file) as log,
        subprocess.Popen(
            # -I: the environment cannot lead it astray.
            [sys.executable, "-I", supervisor.__file__],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for its owner
            cwd="/",
            pass_fds=inherited_fds,
        ) as process,
    ):
        assert process.stdin
        # It may have been killed already, which whoever waits for the server will be told.
        with suppress(BrokenPipeError):
            process.stdin.write(f"{json.dumps(spec)}\n".encode())
            process.stdin.flush()
        try:
            yield Supervised(name=name, process=process, log=log)
        finally:
            # The order to stop. Popen's own exit gives it too, but does not wait after Ctrl-C.
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()


def _log(file: Path | None) -> IO[bytes]:
    """Open a log at its end: what a server wrote before it was started again is news too."""
    return open_private(file) if file else tempfile.TemporaryFile()
