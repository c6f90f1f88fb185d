"""Servers that are started again when they die.

Concurrency: a thread for each server; what they share with the main thread is an event and a
future. Lifecycle: `kept()` returns when all are ready, and on leaving ends them all at once; in
between others can be started beside them, and any of them ended.
A server that does not even start the first time is a Problem; one that dies later is not.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from deploy.console import Problem, say
from deploy.private_files import open_private
from deploy.supervised import START_SECONDS, ServerEnded, StartedServer, Supervised

# One that has lived so long did not die of how it was started.
HEALTHY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.5
_LOOK_SECONDS = 0.1
# They begin with a date, with a level in brackets, or are an object of JSON; an access log is for
# the file alone.
_ENTRY = re.compile(r'\d{4}[-/]|\[|\{(?!"level":"info")')


@dataclass(frozen=True, kw_only=True)
class Service:
    """A server to keep: its name in sentences, and how it is started once."""

    name: str
    launch: Callable[[], AbstractContextManager[StartedServer]]
    log_file: Path
    shows_log: bool = True  # whether what it writes is for the person at the terminal


@contextmanager
def managed(services: Sequence[Service]) -> Iterator["ProcessManager"]:
    """Keep servers running for the length of the context.

    Raises: Problem when one of them does not start.
    """
    manager = ProcessManager()
    try:
        manager.start(services)
        yield manager
    finally:
        manager.end(manager.services)


class ProcessManager:
    """The servers that are kept. For one thread."""

    def __init__(self) -> None:
        self._processes: list[_ManagedProcess] = []

    @property
    def services(self) -> list[Service]:
        return [process.service for process in self._processes]

    def start(self, services: Sequence[Service]) -> None:
        """Start servers, all at once, and keep them; return when all are ready.

        Raises: Problem when one of them does not start; none of them is kept then.
        """
        fresh = [_ManagedProcess(service=service) for service in services]
        self._processes += fresh
        try:
            for process in fresh:
                process.thread.start()
            for process in fresh:
                process.started.result()
        except BaseException:
            self.end(services)
            raise

    def end(self, services: Sequence[Service]) -> None:
        """End servers, all at once; return when they have ended."""
        leaving = [process for process in self._processes if process.service in services]
        for process in leaving:
            process.ending.set()
        for process in leaving:
            if process.thread.ident:
                process.thread.join()
        self._processes = [process for process in self._processes if process not in leaving]


def pause_seconds(deaths: int) -> float:
    """Return how long to wait before a server is started that died `deaths` times in a row."""
    if deaths <= 1:
        return 0.0
    return min(_FIRST_PAUSE_SECONDS * 2.0 ** (deaths - 2), LONGEST_PAUSE_SECONDS)


@dataclass(kw_only=True)
class _ManagedProcess:
    service: Service
    started: Future[None] = field(default_factory=Future)
    ending: Event = field(default_factory=Event)
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._keep, name=self.service.name, daemon=True)

    def _keep(self) -> None:
        try:
            self._start_again_and_again()
        finally:
            # Whatever went wrong, nobody waits for this one any more.
            self.started.cancel()

    def _start_again_and_again(self) -> None:
        deaths = 0
        with _Log(self.service) as log:
            while not self.ending.is_set():
                began = time.monotonic()
                how = self._run_once(log)
                if self.ending.is_set() or not self.started.done() or self.started.exception():
                    return
                deaths = 1 if time.monotonic() - began > HEALTHY_SECONDS else deaths + 1
                self._wait_to_start_again(how, pause_seconds(deaths))

    def _run_once(self, log: "_Log") -> str:
        """Run the server until it ends or is to end; return how it ended."""
        try:
            with self.service.launch() as launched:
                self._watch(launched, log)
                # Before its context is left, which is what ends it.
                how = "" if self.ending.is_set() else launched.server.how_it_ended()
            log.show()
        except (Problem, OSError) as problem:
            if self.started.done():
                return f"could not be started ({problem})"
            self.started.set_exception(problem)
            return ""
        return how

    def _watch(self, launched: StartedServer, log: "_Log") -> None:
        """Return when the server has ended, or is to end.

        Raises: ServerEnded when it was never ready.
        """
        server = launched.server
        latest = time.monotonic() + START_SECONDS
        while server.process.poll() is None and not self.ending.is_set():
            if self.started.done():
                log.show()
                self.ending.wait(_LOOK_SECONDS)
            elif launched.ready():
                self.started.set_result(None)
            elif time.monotonic() > latest:
                raise _not_started(server, f"did not get ready within {START_SECONDS} s")
            else:
                self.ending.wait(_LOOK_SECONDS / 2)
        if not self.started.done() and not self.ending.is_set():
            raise _not_started(server, "did not start")

    def _wait_to_start_again(self, how: str, pause: float) -> None:
        when = f"in {pause:.1f} s" if pause else "now"
        say(f"seatcast: {self.service.name} {how}; it is started again {when}.")
        self.ending.wait(pause)


class _Log:
    """What a server writes, shown with its name: the first line of each entry.

    The traceback is in the file.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        with open_private(service.log_file) as file:
            file.truncate(0)
        self._lines = service.log_file.open(errors="replace")

    def __enter__(self) -> "_Log":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def show(self) -> None:
        """Show what was written since the last time."""
        for line in self._lines:
            if self._service.shows_log and _ENTRY.match(line):
                say(f"{self._service.name}: {line.rstrip()}")


def _not_started(server: Supervised, how: str) -> ServerEnded:
    return ServerEnded(f"{server.name} {how}.", output=server.output())
