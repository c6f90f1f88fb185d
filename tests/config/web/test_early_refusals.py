"""A refusal by slow work is repeated without running the request again, until it is over."""

import asyncio
from typing import Any

import pytest

from config.web.early_refusals import MAX_REMEMBERED, EarlyRefusals
from infrastructure.slow_work.clients import on_refusal

PATH = "/api/reservations/1/ticket/"
BODY = {"type": "http.response.body", "body": b'{"code":"throttled"}'}


class Site:
    """An application whose slow work refuses everything for two seconds, as `status`."""

    def __init__(self, status: int = 429, *, refuses: bool = True) -> None:
        self.runs, self.now = 0, 100.0
        self._status, self._refuses = status, refuses
        self._early = EarlyRefusals(self._run, clock=lambda: self.now)

    async def _run(self, _scope: Any, _receive: Any, send: Any) -> None:
        self.runs += 1
        if self._refuses:
            on_refusal.get()(2.0)
        headers = [(b"retry-after", b"3"), (b"vary", b"Origin")]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send(BODY)

    def ask(
        self, *, path: str = PATH, method: str = "GET", client: str = "192.0.2.1", **headers: str
    ) -> list[Any]:
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"client": (client, 1), "method": method, "path": path, "headers": given}
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self._early(scope, None, send))
        return sent


def test_a_refusal_is_repeated_with_the_time_that_is_left() -> None:
    site = Site()
    first = site.ask(authorization="Bearer a")
    site.now += 0.5
    again = site.ask(authorization="Bearer a")
    assert site.runs == 1
    assert again[0]["status"] == first[0]["status"] == 429
    assert again[0]["headers"] == [(b"vary", b"Origin"), (b"retry-after", b"2")]
    assert again[1:] == [BODY]


def test_a_request_is_run_again_when_its_refusal_is_over() -> None:
    site = Site()
    site.ask()
    site.now += 2.0
    site.ask()
    assert site.runs == 2


@pytest.mark.parametrize(
    "other",
    [
        {"client": "192.0.2.2"},
        {"path": "/api/reservations/2/ticket/"},
        {"method": "PUT"},
        {"authorization": "Bearer b"},
        {"cookie": "sessionid=b"},
    ],
)
def test_another_client_request_or_person_is_not_refused(other: dict[str, str]) -> None:
    site = Site()
    site.ask(authorization="Bearer a", cookie="sessionid=a")
    site.ask(**{"authorization": "Bearer a", "cookie": "sessionid=a", **other})
    assert site.runs == 2


def test_another_cookie_or_spelling_of_the_same_credentials_is_refused() -> None:
    site = Site()
    site.ask(authorization="Bearer a", cookie="sessionid=a")
    site.ask(authorization="bearer   a", cookie="junk=1; sessionid=a; more=2")
    assert site.runs == 1


def test_other_refusals_are_not_repeated() -> None:
    site = Site(refuses=False)
    site.ask()
    site.ask()
    assert site.runs == 2


def test_a_success_without_the_slow_work_is_not_repeated() -> None:
    site = Site(status=202)
    site.ask()
    site.ask()
    assert site.runs == 2


def test_the_oldest_refusal_is_forgotten_when_there_are_many() -> None:
    site = Site()
    for number in range(MAX_REMEMBERED + 1):
        site.ask(path=f"/{number}")
    site.ask(path=f"/{MAX_REMEMBERED}")
    assert site.runs == MAX_REMEMBERED + 1
    site.ask(path="/0")
    assert site.runs == MAX_REMEMBERED + 2
