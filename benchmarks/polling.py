"""What one question for changes costs: `python -m benchmarks.polling --seats 500 --times 2000`.

With `DATABASE_URL` of a site that runs, or of a database of its own, it makes an event and asks
`GET /api/events/<id>/changes/` of Django in this thread, as a client does that no socket gets
through to. It takes the processor's time of the thread, without server, proxy and PostgreSQL:
- unchanged: answered with 304;
- changed, and read before for somebody else: the frame is there, or is made of what is in memory;
- changed, by the first who asks after a lock: the change log is read.

It writes JSON, in µs each, and removes what it made.
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
    """An event, somebody who clicks, and a client that asks."""

    def __init__(self, seats: int, times: int) -> None:
        from django.contrib.auth import get_user_model
        from django.core.wsgi import get_wsgi_application

        from loadtest.fixtures import create_sale
        from reservations.models import Seat
        from reservations.states import Person

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
        """Return how many µs each kind takes."""
        place = self._poll()
        unchanged = self._timed(self._times, place)
        with _always_due():
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
        from reservations import desk
        from reservations.commands import LockSeats, UnlockSeats

        kind = UnlockSeats if self._is_held else LockSeats
        self._is_held = not self._is_held
        desk.submit(event_id=self.event_id, command=kind(self._person, (self._seat_id,)))

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
        answer: Any = self._ask(environ, _nobody_listens)
        body = b"".join(answer)
        answer.close()
        return json.loads(body) if body else {}


def _nobody_listens(*_: object) -> Any:
    """Take the beginning of an answer."""


@contextmanager
def _always_due() -> Iterator[None]:
    """Have each question be the first since the last look at the database."""
    from django.conf import settings

    usual = settings.SEATCAST_HEAD_CHECK_SECONDS
    settings.SEATCAST_HEAD_CHECK_SECONDS = 0
    try:
        yield
    finally:
        settings.SEATCAST_HEAD_CHECK_SECONDS = usual


if __name__ == "__main__":
    main()
