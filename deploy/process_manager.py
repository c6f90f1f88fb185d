"""Start servers, and restart them when they die, or do not answer for LOST_SECONDS.

A server that is only overloaded, or whose database is away, does answer: a request waits for a
thread for 10 seconds at most and is then dropped, a query ends after 10, and a call to the payment
provider after some 15. Work that takes longer has few of the threads
(`infrastructure.slow_work.kinds`). So within a minute even a server whose threads are all taken has
one for its probe.

Concurrency: one thread per server, which shares an event and a future with the main thread; another
one asks whether the server answers.
Lifecycle: `managed()` returns once all servers are ready and stops all of them on exit; meanwhile
more can be started, and any of them stopped. A server that fails its first start is a Problem; one
that dies later is restarted.
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

# A server that ran this long did not die of a wrong configuration.
HEALTHY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 5.0
CHECK_SECONDS = 5.0
LOST_SECONDS = 60.0
_FIRST_PAUSE_SECONDS = 0.5
_POLL_SECONDS = 0.1
# Log entries begin with a date or a level in brackets, or are JSON objects. Access log entries
# (level info) are not shown.
_ENTRY = re.compile(r'\d{4}[-/]|\[|\{(?!"level":"info")')


@dataclass(frozen=True, kw_only=True)
class Service:
    """A server to manage: its name in messages, and how to start it once."""

    name: str
    launch: Callable[[], AbstractContextManager[StartedServer]]
    log_file: Path
    shows_log: bool = True  # whether its log is shown at the terminal
    lost_seconds: float = LOST_SECONDS  # after how long without an answer it is restarted


@contextmanager
def managed(services: Sequence[Service]) -> Iterator["ProcessManager"]:
    """Run servers for the length of the context, restarting those that die.

    Raises: Problem if one of them does not start.
    """
    manager = ProcessManager()
    try:
        manager.start(services)
        yield manager
    finally:
        manager.end(manager.services)


class ProcessManager:
    """Servers that run and are restarted. Not thread-safe."""

    def __init__(self) -> None:
        self._processes: list[_ManagedProcess] = []

    @property
    def services(self) -> list[Service]:
        return [process.service for process in self._processes]

    def start(self, services: Sequence[Service]) -> None:
        """Start servers in parallel; return once all are ready.

        Raises: Problem if one of them does not start; then all of them are stopped.
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
        """Stop servers in parallel; return once all have ended."""
        leaving = [process for process in self._processes if process.service in services]
        for process in leaving:
            process.ending.set()
        for process in leaving:
            if process.thread.ident:
                process.thread.join()
        self._processes = [process for process in self._processes if process not in leaving]


def pause_seconds(deaths: int) -> float:
    """Return how long to wait before restarting a server that died `deaths` times in a row."""
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
        self.thread = Thread(target=self._run, name=self.service.name, daemon=True)

    def _run(self) -> None:
        try:
            self._run_until_stopped()
        finally:
            # Whatever went wrong, `start` must not wait for this server any longer.
            self.started.cancel()

    def _run_until_stopped(self) -> None:
        deaths = 0
        with _Log(self.service) as log:
            while not self.ending.is_set():
                began = time.monotonic()
                how = self._run_once(log)
                if self.ending.is_set() or not self.started.done() or self.started.exception():
                    return
                deaths = 1 if time.monotonic() - began > HEALTHY_SECONDS else deaths + 1
                self._pause(how, pause_seconds(deaths))

    def _run_once(self, log: "_Log") -> str:
        """Run the server until it dies or is stopped; return how it died."""
        try:
            with self.service.launch() as launched:
                is_lost = self._wait(launched, log)
                # Before leaving the context, which stops it.
                if self.ending.is_set():
                    how = ""
                elif is_lost:
                    how = f"has not answered for {self.service.lost_seconds:.0f} s"
                else:
                    how = launched.server.how_it_ended()
            log.show()
        except (Problem, OSError) as problem:
            if self.started.done():
                return f"could not be started ({problem})"
            self.started.set_exception(problem)
            return ""
        return how

    def _wait(self, launched: StartedServer, log: "_Log") -> bool:
        """Return when the server has died, or must stop; True if it does not answer.

        Raises: ServerEnded if it was never ready.
        """
        server = launched.server
        latest = time.monotonic() + START_SECONDS
        with _answers_of(launched) as answers:
            while server.process.poll() is None and not self.ending.is_set():
                if self.started.done():
                    if answers.seconds_since() > self.service.lost_seconds:
                        return True
                    log.show()
                    self.ending.wait(_POLL_SECONDS)
                elif launched.ready():
                    self.started.set_result(None)
                elif time.monotonic() > latest:
                    raise _not_started(server, f"did not get ready within {START_SECONDS} s")
                else:
                    self.ending.wait(_POLL_SECONDS / 2)
        if not self.started.done() and not self.ending.is_set():
            raise _not_started(server, "did not start")
        return False

    def _pause(self, how: str, pause: float) -> None:
        when = f"in {pause:.1f} s" if pause else "now"
        say(f"seatcast: {self.service.name} {how}; restarting {when}.")
        self.ending.wait(pause)


class _Answers:
    """When a server answered last, asked every CHECK_SECONDS by a thread of its own."""

    def __init__(self, answers: Callable[[], bool] | None) -> None:
        self._ask = answers
        self._latest = time.monotonic()
        self._is_over = Event()

    def seconds_since(self) -> float:
        return 0.0 if self._ask is None else time.monotonic() - self._latest

    def run(self) -> None:
        while self._ask is not None and not self._is_over.wait(CHECK_SECONDS):
            if self._ask():
                self._latest = time.monotonic()

    def stop(self) -> None:
        self._is_over.set()


@contextmanager
def _answers_of(launched: StartedServer) -> Iterator[_Answers]:
    answers = _Answers(launched.answers)
    Thread(target=answers.run, daemon=True).start()
    try:
        yield answers
    finally:
        answers.stop()


class _Log:
    """A server's log file. The first line of each entry is shown; tracebacks stay in the file."""

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
        """Show the entries written since the last call."""
        for line in self._lines:
            if self._service.shows_log and _ENTRY.match(line):
                say(f"{self._service.name}: {line.rstrip()}")


def _not_started(server: Supervised, how: str) -> ServerEnded:
    return ServerEnded(f"{server.name} {how}.", output=server.output())
