"""Seatcast for people who live in Locust: its web page, its charts, its workers.

    python -m loadtest.fixtures --people 200 --seats 5000 > fixtures.json
    FIXTURES=fixtures.json locust -f loadtest/locustfile.py --host http://127.0.0.1:8000

Buyers choose seats that the API lists as free, think, and book; others only open the page.
Locust waits for each answer before a person does the next thing, and gives no verdict on what was
sold: `python -m loadtest` does both.
"""

import json
import os
import random
import time
from collections import deque
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task

_PARTIES = (1, 2, 3, 4)
_FRESH_SECONDS = 240.0
# Everybody looks at one list, which is read anew every so often: as a map on a screen is shared.
_LIST_SECONDS = 5.0


class Fixtures:
    """Who can buy, and what is free; all simulated people of a process share it."""

    event_id = 0
    people: deque[dict[str, Any]] = deque()
    free: list[int]
    read_at = float("-inf")


def read_fixtures(**_: Any) -> None:
    """Read the file that `FIXTURES` names."""
    name = os.environ.get("FIXTURES")
    if not name:
        raise SystemExit("Set FIXTURES to a file that `python -m loadtest.fixtures` has written.")
    found = json.loads(Path(name).read_text(encoding="utf-8"))
    Fixtures.event_id = found["event_id"]
    Fixtures.people = deque({**each, "made_at": found["made_at"]} for each in found["people"])
    Fixtures.free = []


events.init.add_listener(read_fixtures)


class _Visitor(FastHttpUser):
    abstract = True
    wait_time = between(1, 5)

    def see(self) -> list[int]:
        """Return the seats that are free, as they were told lately."""
        if time.monotonic() - Fixtures.read_at > _LIST_SECONDS:
            Fixtures.read_at = time.monotonic()
            with self.client.get(
                f"/api/events/{Fixtures.event_id}/seats/", name="seats", catch_response=True
            ) as answer:
                if answer.status_code == 200:
                    Fixtures.free = [seat["id"] for seat in answer.json() if seat["is_available"]]
        return Fixtures.free


class Onlooker(_Visitor):
    """Opens the page."""

    weight = 1

    @task
    def look(self) -> None:
        self.client.get("/api/events/", name="events")
        self.client.get(f"/api/events/{Fixtures.event_id}/", name="event")
        self.see()


class Buyer(_Visitor):
    """Has an account, and buys with it."""

    weight = 4

    def on_start(self) -> None:
        """Take an account. There must be as many as buyers, since nobody shares theirs."""
        if not Fixtures.people:
            raise SystemExit("There are more buyers than people in the fixtures: make more.")
        self.person = Fixtures.people.popleft()

    def on_stop(self) -> None:
        Fixtures.people.append(self.person)

    @task
    def buy(self) -> None:
        free = self.see()
        if not free:
            return
        first = random.randrange(len(free))
        seats = free[first : first + random.choice(_PARTIES)]
        if self._does("lock", seats):
            time.sleep(random.uniform(0.5, 3.0))
            if random.random() < 0.1:
                self._does("unlock", seats)
            else:
                self._does("reserve", seats, payment_method="cash")

    def _does(self, call: str, seats: list[int], **more: Any) -> bool:
        self._stay_signed_in()
        with self.client.post(
            f"/api/events/{Fixtures.event_id}/{call}/",
            json={"seat_ids": seats, **more},
            headers={"Authorization": f"Bearer {self.person['access']}"},
            name=call,
            catch_response=True,
        ) as answer:
            # Somebody was quicker. That is what a shop is there to say.
            if answer.status_code == 409:
                answer.success()
            return bool(answer.ok)

    def _stay_signed_in(self) -> None:
        if time.time() - self.person["made_at"] < _FRESH_SECONDS:
            return
        refresh = {"refresh": self.person["refresh"]}
        with self.client.post(
            "/api/token/refresh/", json=refresh, name="refresh", catch_response=True
        ) as answer:
            if answer.status_code == 200:
                self.person |= {**answer.json(), "made_at": time.time()}
