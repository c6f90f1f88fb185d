"""Servers that end with the process that started them, however that one ends."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy import supervisor
from deploy.problems import Problem
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


@contextmanager
def supervised(
    spec: supervisor.Spec, *, name: str, log_file: Path | None = None
) -> Iterator[Supervised]:
    """Run a server for the length of the context, and not one moment longer than this process.

    Leaving the context returns after the server has ended. Without `log_file` its output is
    kept only to be shown in errors.
    """
    with (
        log_file.open("w+b") if log_file else tempfile.TemporaryFile() as log,
        subprocess.Popen(
            # -I: the environment cannot lead it astray.
            [sys.executable, "-I", supervisor.__file__, json.dumps(spec)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for its owner
            cwd="/",
        ) as process,
    ):
        yield Supervised(name=name, process=process, log=log)
        # Popen's own exit closes the pipe, which is the order to stop, and waits.
