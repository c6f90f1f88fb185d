"""A person with an account: a connection, tokens that are kept fresh, and what they do.

Everything that they do is measured, and what they were told is written down for the verdict.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from loadtest.engine.history import History
from loadtest.engine.http import Answer, Connection
from loadtest.engine.measures import Measures
from loadtest.engine.viewer_pool import ViewerPool

# An access token lives for five minutes.
_FRESH_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Account:
    """Who somebody is, with tokens that were made at `made_at` (Unix seconds)."""

    name: str
    access: str
    refresh: str
    made_at: float


class Person:
    """Someone who buys at one event."""

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
        # A site that others run may sell each account no more than a few seats.
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
        """Click on seats, all or none; return whether they are had now."""
        seats = self._ids(indexes)
        await self._stay_signed_in()
        self._pool.clicking(indexes[0], holder=self.name)
        if len(seats) == 1:
            answer = await self._ask("lock", f"/seats/{seats[0]}/lock/", {}, due_ns=due_ns)
        else:
            answer = await self._ask("lock", "/lock/", {"seat_ids": seats}, due_ns=due_ns)
        return self._was_told(indexes, answer)

    async def arm_lock(self, index: int) -> None:
        """Send a click on a seat but for its last byte. Raises: OSError."""
        await self._stay_signed_in()
        seat = self._pool.hall.ids[index]
        await self.connection.arm("POST", f"{self._event}/seats/{seat}/lock/", {})

    async def fire_lock(self, index: int) -> bool:
        """Send what `arm_lock` kept back; return whether the seat is had now."""
        self._pool.clicking(index, holder=self.name)
        answer = await self.connection.fire()
        self._measures.record("lock", answer.sent_ns, answer)
        return self._was_told([index], answer)

    async def unlock(self, indexes: Sequence[int], *, due_ns: int | None = None) -> bool:
        """Let go of seats; return whether that was done."""
        seats = self._ids(indexes)
        await self._stay_signed_in()
        self._history.letting_go(self.name, seats, sent_ns=time.monotonic_ns())
        answer = await self._ask("unlock", "/unlock/", {"seat_ids": seats}, due_ns=due_ns)
        self._may_be_unsure(answer)
        return answer.status == 200

    async def reserve(
        self, indexes: Sequence[int], *, payment: str, due_ns: int | None = None
    ) -> bool:
        """Book seats that one holds; return whether they are booked."""
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
        """Read the list of seats, as a page does that has no socket yet."""
        await self._stay_signed_in()
        return await self._ask("seats", "/seats/", None, due_ns=due_ns)

    async def bookings(self) -> Answer:
        """Return what they have booked. It is for the verdict, and not measured."""
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
        # If the answer is lost, the next try gets it by the same key.
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
        """Write down what came of a lock; return whether the seats are had."""
        is_locked = answer.status == 200
        self._pool.answered(indexes[0], holder=self.name, is_locked=is_locked)
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
