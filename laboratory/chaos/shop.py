"""A careful client: it asks again with the same key until it has an answer, and keeps count."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from deploy.address import Address
from laboratory.chaos.history import ClientHistory

# Longer than a key can be in flight after its process has died.
PATIENCE_SECONDS = 90.0
TIMEOUT_SECONDS = 40.0
_MOST_WAIT_SECONDS = 2.0
# How often an answer that was had is asked for once more.
_ONCE_MORE = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


@dataclass(slots=True)
class AnswerLog:
    """What clients saw, by kind; and what they should never see, in full."""

    seen: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self._lock:
            self.seen[what] += 1

    def violation(self, what: str) -> None:
        with self._lock:
            self.violations.append(what)


@dataclass(slots=True)
class Shop:
    """One person's way to the API; `token` is empty for somebody without an account.

    After an error the next request goes to the first of the `spare` addresses. `history` is told of
    each request with its final answer, however often it was repeated.
    """

    address: Address
    token: str
    answer_log: AnswerLog
    rng: random.Random
    spare: tuple[Address, ...] = ()
    timeout_seconds: float = TIMEOUT_SECONDS
    history: ClientHistory | None = None

    def get(self, path: str) -> Answer | None:
        """Read something; None when there was no answer for too long."""
        with self._recorded(path, None) as recorded:
            return recorded(self._until_answered("GET", path, None, {}))

    def post(self, path: str, body: Any = None, *, is_keyed: bool = True) -> Answer | None:
        """Do something, once, however often it must be asked for.

        Without a key it is asked for once. None when it is not known whether it was done.
        """
        with self._recorded(path, body) as recorded:
            if not is_keyed:
                return recorded(self._ask("POST", path, body, {}))
            key = {"Idempotency-Key": uuid4().hex}
            answer = recorded(self._until_answered("POST", path, body, key))
        if answer is not None and self.rng.random() < _ONCE_MORE:
            self._expect_the_same(path, body, answer, self._until_answered("POST", path, body, key))
        return answer

    @contextmanager
    def _recorded(self, path: str, body: Any) -> Iterator[Callable[[Answer | None], Answer | None]]:
        """Record a request; yield a function that records its answer and returns it."""
        number = self.history.asked(path, body) if self.history else 0

        def answered(answer: Answer | None) -> Answer | None:
            if self.history:
                status, found = (answer.status, answer.body) if answer else (0, None)
                self.history.answered(number, status, found)
            return answer

        yield answered

    def _expect_the_same(self, path: str, body: Any, first: Answer, again: Answer | None) -> None:
        # A bank that takes back its word changes the answer.
        if again is None or "card_withdrawn" in str(body):
            return
        self.answer_log.count("keys asked once more")
        if gist(again) != gist(first):
            self.answer_log.violation(
                f"{path} {body}: two answers to one key: {gist(first)}, {gist(again)}"
            )

    def _until_answered(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> Answer | None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self._ask(method, path, body, headers)
            if answer is not None and not _is_to_be_asked_again(answer):
                return answer
            time.sleep(self.rng.uniform(0.1, _MOST_WAIT_SECONDS))
        self.answer_log.count(f"{method} never answered")
        return None

    def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer | None:
        server = self.address.client(timeout=self.timeout_seconds)
        sent = {"Content-Type": "application/json"}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        try:
            server.request(method, path, json.dumps(body or {}), {**sent, **headers})
            response = server.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.answer_log.count(f"connection lost: {type(error).__name__}")
            self.address, *later = (*self.spare, self.address)
            self.spare = tuple(later)
            return None
        finally:
            server.close()
        return self._read(method, path, response, raw)

    def _read(
        self, method: str, path: str, response: http.client.HTTPResponse, raw: bytes
    ) -> Answer:
        try:
            answer = Answer(response.status, json.loads(raw))
        except ValueError:
            answer = Answer(response.status, raw.decode(errors="replace"))
        self.answer_log.count(f"{answer.status} {answer.code}".strip())
        is_an_error = answer.status >= 500 and answer.status != 503
        if is_an_error or (answer.status >= 400 and not answer.code):
            self.answer_log.violation(f"{method} {path}: {answer.status} {answer.body!r:.200}")
        if answer.status == 503 and not response.headers.get("Retry-After"):
            self.answer_log.violation(f"{method} {path}: 503 without Retry-After")
        return answer


def gist(answer: Answer) -> tuple[Any, ...]:
    """Return what is the same in all answers to one key."""
    body = answer.body if isinstance(answer.body, dict) else {}
    seats = [(seat["id"], seat["locked_until"]) for seat in body.get("seats", ())]
    return (answer.status, answer.code, body.get("reservation_id"), seats)


def _is_to_be_asked_again(answer: Answer) -> bool:
    return answer.status in {502, 503, 504} or answer.code in {
        "idempotency_key_in_flight",
        "payment_under_way",
    }
