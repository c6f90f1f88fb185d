"""Servers, a Valkey server that can fail, and an event with traffic."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from deploy.ports import stable_ports
from deploy.valkey_server import valkey_server, valkey_url
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.faults.watching import Watcher, truth, until
from tests.servers import Running, daphne

SEATS = 60
CHANGES = 25


class RedisServer:
    """A Valkey server that can be killed, restarted and paused."""

    def __init__(self) -> None:
        (self._port,) = stable_ports(1)
        self.url = valkey_url(port=self._port)
        self._stack = ExitStack()

    def start(self) -> None:
        server = self._stack.enter_context(valkey_server(port=self._port))
        server.server.wait_until_ready(server.ready)
        self._server = server.server

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self._server.process.wait()

    def pause(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    @property
    def _pid(self) -> int:
        return Running(self._server, self._port).pid

    def close(self) -> None:
        # A paused process would not handle the signal.
        with suppress(OSError, IndexError):
            self.resume()
        self._stack.close()


@contextmanager
def two_servers(**extra: str) -> Iterator[tuple[list[Running], Callable[[], Running]]]:
    """Run two servers; yield them and a function that starts another. All stop with the context."""
    with ExitStack() as stack:

        def start() -> Running:
            return stack.enter_context(daphne(**extra))

        yield [start(), start()], start


async def more_changes(event: Event, count: int = CHANGES) -> None:
    """Wait until `count` more changes were committed."""
    start, _ = await in_thread(lambda: truth(event.pk))
    async with asyncio.timeout(120):
        while (await in_thread(lambda: truth(event.pk)))[0] < start + count:
            await asyncio.sleep(0.02)


async def agreement(event: Event, watchers: list[Watcher]) -> None:
    """Wait until all watchers agree with the database."""
    seq, seats = await in_thread(lambda: truth(event.pk))
    await until(lambda: all(watcher.follower.agrees_with(seq, seats) for watcher in watchers))
