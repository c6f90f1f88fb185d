"""The cost of one poll for changes: `python -m benchmarks.polling --seats 500 --times 2000`.

With the `DATABASE_URL` of a running site, or of its own database, it creates an event and requests
`GET /api/events/<id>/changes/` from Django in this thread, as clients without a socket do. It
measures the CPU time of the thread, without server, proxy and PostgreSQL:
- unchanged: answered with 304;
- changed, after another client's poll: the frame is cached, or made from memory;
- changed, the first poll after a lock: reads the change log.

It prints the CPU time of each in µs as JSON, and removes the event.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from benchmarks.single_process import run

ROUNDS = 5
FIRST_ASKS = 100


def main() -> None:
    """Measure, and print the medians as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polling")
    parser.add_argument("--seats", type=int, default=500, help="of the event (%(default)s)")
    parser.add_argument("--times", type=int, default=2_000, help="polls of each kind (%(default)s)")
    options = parser.parse_args()
    run(lambda: Polling(options.seats, options.times), rounds=ROUNDS, digits=1)


class Polling:
    """An event, a buyer and a polling client."""

    def __init__(self, seats: int, times: int) -> None:
        from django.contrib.auth import get_user_model
        from django.core.wsgi import get_wsgi_application

        from loadtest.fixtures import create_sale
        from reservations.domain.states import Person
        from reservations.models import Seat

        sale = create_sale(people=1, seats=seats)
        self.event_id: int = sale["event_id"]
        self._ask = get_wsgi_application()
        name = sale["people"][0]["name"]
        self._person = Person(get_user_model().objects.get(username=name).pk, name)
        first = Seat.objects.filter(event=self.event_id).values_list("pk", flat=True)[0]
        self._seat_id = first
        self._is_held = False
        self._times = times

    def warm_up(self) -> None:
        for _ in range(100):
            self._poll()

    def measure(self) -> dict[str, float]:
        """Return the CPU time of each kind of poll in µs."""
        place = self._poll()
        unchanged = self._timed(self._times, place)
        with _without_interval():
            first = sum(self._click_and_time(place) for _ in range(FIRST_ASKS)) / FIRST_ASKS
        changed = self._timed(self._times, place)
        return {"unchanged": unchanged, "changed": changed, "changed_and_read": first}

    def _click_and_time(self, place: dict[str, Any]) -> float:
        self._click()
        return self._timed(1, place)

    def _timed(self, times: int, place: dict[str, Any]) -> float:
        began = time.thread_time()
        for _ in range(times):
            self._poll(place)
        return (time.thread_time() - began) / times * 1_000_000

    def _click(self) -> None:
        from reservations.domain.commands import LockSeats, UnlockSeats
        from reservations.write import command_queue

        kind = UnlockSeats if self._is_held else LockSeats
        self._is_held = not self._is_held
        command_queue.submit(event_id=self.event_id, command=kind(self._person, (self._seat_id,)))

    def _poll(self, place: dict[str, Any] | None = None) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": f"/api/events/{self.event_id}/changes/",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost:8000",
            "HTTP_ACCEPT": "application/json, text/plain, */*",
            "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
            "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9",
            "HTTP_REFERER": f"http://localhost:8000/events/{self.event_id}",
            "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0 Safari/537.36",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "http",
        }
        if place is not None:
            environ["QUERY_STRING"] = f"since={place['seq']}&layout={place['layout']}"
            environ["HTTP_IF_NONE_MATCH"] = f'W/"{place["layout"]}-{place["seq"]}"'
        answer: Any = self._ask(environ, _start_response)
        body = b"".join(answer)
        answer.close()
        return json.loads(body) if body else {}


def _start_response(*_: object) -> Any:
    """Ignore status and headers."""


@contextmanager
def _without_interval() -> Iterator[None]:
    """Make every poll query the database, as the first one after the interval does."""
    from django.conf import settings

    usual = settings.SEATCAST_HEAD_CHECK_SECONDS
    settings.SEATCAST_HEAD_CHECK_SECONDS = 0
    try:
        yield
    finally:
        settings.SEATCAST_HEAD_CHECK_SECONDS = usual


if __name__ == "__main__":
    main()
