"""A run: the people, the viewers and the clock that a scenario works with."""

import argparse
import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from loadtest.engine.hall import Hall
from loadtest.engine.history import History
from loadtest.engine.measures import Json, Measures
from loadtest.engine.people import Person
from loadtest.engine.viewer_pool import ViewerPool
from loadtest.verdict import Check

# How long started work may continue after the end.
_GRACE_SECONDS = 75.0


@dataclass(kw_only=True)
class Run:
    """The state of a run. `phase` is what it is doing, for the display."""

    options: argparse.Namespace
    hall: Hall
    pool: ViewerPool
    people: list[Person]
    measures: Measures
    history: History
    rng: random.Random
    began_ns: int = 0
    phase: str = ""
    checks: list[Check] = field(default_factory=list)
    # Arrivals that got no free account before the end.
    too_late: int = 0
    _idle: asyncio.Queue[Person] = field(default_factory=asyncio.Queue)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        """Whether nothing new may start."""
        return self.seconds > float(self.options.seconds)

    @property
    def now_ns(self) -> int:
        return time.monotonic_ns()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return (time.monotonic_ns() - self.began_ns) / 1e9

    def begin(self) -> None:
        """Start the clock."""
        self.began_ns = self.pool.began_ns = time.monotonic_ns()
        for person in self.people:
            self._idle.put_nowait(person)

    @asynccontextmanager
    async def somebody(self) -> AsyncIterator[Person]:
        """Yield an idle person; wait until there is one."""
        person = await self._idle.get()
        try:
            yield person
        finally:
            self._idle.put_nowait(person)

    def start(self, doing: Coroutine[Any, Any, None]) -> None:
        """Start a task, for which `finish` waits."""
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for all started tasks, for a limited time. Raises their exceptions."""
        late_at = max(self.seconds, self.options.seconds) + _GRACE_SECONDS
        while self._others() and self.seconds < late_at:
            done, _ = await asyncio.wait(self._others(), timeout=late_at - self.seconds)
            for task in done:
                task.result()
        if left := self._others():
            problem = f"{len(left):,} people were not done {_GRACE_SECONDS:g} s after the end"
            self.checks.append(Check(name="Everybody finished", is_ok=False, detail=problem))

    def _others(self) -> set[asyncio.Task[None]]:
        return {task for task in self._tasks if task is not asyncio.current_task()}

    @contextmanager
    def rows(self, interval: float, look: Callable[[float], Json]) -> Iterator[None]:
        """Add a row to the timeline per interval, with the extra columns that `look` returns."""
        loop = asyncio.get_running_loop()
        handle: asyncio.TimerHandle | None = None
        closed_at = 0.0

        def close() -> None:
            nonlocal handle, closed_at
            at = self.seconds
            self.measures.close_row(at, **look(at - closed_at))
            closed_at = at
            handle = loop.call_later(max(0.0, closed_at + interval - self.seconds), close)

        handle = loop.call_later(interval, close)
        try:
            yield
        finally:
            handle.cancel()
            close()
            handle.cancel()
