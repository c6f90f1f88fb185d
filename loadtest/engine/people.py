"""A person with an account: a connection, tokens that are renewed, and API calls."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from loadtest.engine.history import History
from loadtest.engine.http import Answer, Connection
from loadtest.engine.measures import Measures
from loadtest.engine.viewer_pool import ViewerPool

# An access token is valid for five minutes.
_FRESH_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Account:
    """A name and a pair of tokens, issued at `made_at` in Unix seconds."""

    name: str
    access: str
    refresh: str
    made_at: float


class Person:
    """A buyer at one event."""

    def __init__(
        self,
        url: str,
        account: Account,
        *,
        event_id: int,
        pool: ViewerPool,
        history: History,
    ) -> None:
        self.name = account.name
        # Other people's sites may sell few seats to each account.
        self.has_bought_all = False
        self.connection = Connection(url)
        self._account = account
        self._event = f"/api/events/{event_id}"
        self._pool = pool
        self._history = history
        self._measures: Measures = pool.measures
        self._refresh_key = uuid4().hex
        self.connection.carry({"Authorization": f"Bearer {account.access}"})

    async def lock(self, indexes: Sequence[int], *, due_ns: int | None = None) -> bool:
        """Lock seats, all or none; return whether it succeeded."""
        seats = self._ids(indexes)
        await self._stay_signed_in()
        self._pool.click_sent(indexes[0], holder=self.name)
        if len(seats) == 1:
            answer = await self._ask("lock", f"/seats/{seats[0]}/lock/", {}, due_ns=due_ns)
        else:
            answer = await self._ask("lock", "/lock/", {"seat_ids": seats}, due_ns=due_ns)
        return self._was_told(indexes, answer)

    async def arm_lock(self, index: int) -> None:
        """Send a request to lock a seat except for its last byte. Raises: OSError."""
        await self._stay_signed_in()
        seat = self._pool.hall.ids[index]
        await self.connection.arm("POST", f"{self._event}/seats/{seat}/lock/", {})

    async def fire_lock(self, index: int) -> bool:
        """Send the last byte after `arm_lock`; return whether the seat was locked."""
        self._pool.click_sent(index, holder=self.name)
        answer = await self.connection.fire()
        self._measures.record("lock", answer.sent_ns, answer)
        return self._was_told([index], answer)

    async def unlock(self, indexes: Sequence[int], *, due_ns: int | None = None) -> bool:
        """Release seats; return whether it succeeded."""
        seats = self._ids(indexes)
        await self._stay_signed_in()
        self._history.letting_go(self.name, seats, sent_ns=time.monotonic_ns())
        answer = await self._ask("unlock", "/unlock/", {"seat_ids": seats}, due_ns=due_ns)
        self._may_be_unsure(answer)
        return answer.status == 200

    async def reserve(
        self, indexes: Sequence[int], *, payment: str, due_ns: int | None = None
    ) -> bool:
        """Book locked seats; return whether it succeeded."""
        seats = self._ids(indexes)
        await self._stay_signed_in()
        body = {"seat_ids": seats, "payment_method": payment}
        key = {"Idempotency-Key": uuid4().hex}
        answer = await self._ask("reserve", "/reserve/", body, key, due_ns=due_ns)
        if answer.status == 201:
            number = answer.json()["reservation_id"]
            self._history.booked(self.name, seats, number=number)
        self._may_be_unsure(answer)
        return answer.status == 201

    async def look(self, *, due_ns: int | None = None) -> Answer:
        """Read the list of seats, as a page does before its socket is open."""
        await self._stay_signed_in()
        return await self._ask("seats", "/seats/", None, due_ns=due_ns)

    async def bookings(self) -> Answer:
        """Return this person's bookings. It is for the verdict, and not measured."""
        await self._stay_signed_in()
        return await self.connection.ask("GET", "/api/reservations/")

    async def _ask(
        self,
        call: str,
        path: str,
        body: Any,
        headers: dict[str, str] | None = None,
        *,
        due_ns: int | None,
    ) -> Answer:
        due_ns = due_ns or time.monotonic_ns()
        method = "GET" if body is None else "POST"
        answer = await self.connection.ask(method, self._event + path, body, headers)
        self._measures.record(call, due_ns, answer)
        return answer

    async def _stay_signed_in(self) -> None:
        account = self._account
        if time.time() - account.made_at < _FRESH_SECONDS:
            return
        due_ns = time.monotonic_ns()
        # If the response is lost, the retry with the same key gets it.
        key = {"Idempotency-Key": self._refresh_key}
        answer = await self.connection.ask(
            "POST", "/api/token/refresh/", {"refresh": account.refresh}, key
        )
        self._measures.record("refresh", due_ns, answer)
        if answer.status == 200:
            pair = answer.json()
            self._refresh_key = uuid4().hex
            self._account = Account(self.name, pair["access"], pair["refresh"], time.time())
            self.connection.carry({"Authorization": f"Bearer {pair['access']}"})

    def _was_told(self, indexes: Sequence[int], answer: Answer) -> bool:
        """Record the response to a lock; return whether it succeeded."""
        is_locked = answer.status == 200
        self._pool.click_answered(indexes[0], holder=self.name, is_locked=is_locked)
        if is_locked:
            seats = self._ids(indexes)
            self._history.locked(self.name, seats, sent_ns=answer.sent_ns, at_ns=answer.at_ns)
        elif answer.status == 409:
            self.has_bought_all = answer.json().get("code") == "purchase_limit"
        self._may_be_unsure(answer)
        return is_locked

    def _ids(self, indexes: Sequence[int]) -> list[int]:
        ids = self._pool.hall.ids
        return [ids[index] for index in indexes]

    def _may_be_unsure(self, answer: Answer) -> None:
        if not answer.status or answer.status >= 500:
            self._history.unsure.add(self.name)
