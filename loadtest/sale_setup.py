"""The event and the buyers of a run: created beside the site, read from a file, or registered."""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.console import Problem
from loadtest.engine.http import Answer, Connection
from loadtest.engine.people import Account
from loadtest.target import TargetSite

# Hashing a password takes a site some 0.1 s, and it accepts 1,000 registrations a minute.
MOST_REGISTERED = 300
_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class SaleSetup:
    """An event and buyers. With `is_ours` nobody else buys seats of the event."""

    event_id: int
    accounts: list[Account]
    is_ours: bool


def parse_fixtures(setup: Mapping[str, Any]) -> SaleSetup:
    """Parse the output of `python -m loadtest.fixtures`. Raises: Problem."""
    try:
        made_at = setup["made_at"]
        accounts = [
            Account(each["name"], each["access"], each["refresh"], made_at)
            for each in setup["people"]
        ]
        return SaleSetup(event_id=setup["event_id"], accounts=accounts, is_ours=True)
    except (KeyError, TypeError):
        raise Problem("This is not the output of `python -m loadtest.fixtures`.") from None


def set_up_beside(site: TargetSite, *, people: int, seats: int) -> SaleSetup:
    """Create an event and people in the site's database. Raises: Problem."""
    done = site.manage("-m", "loadtest.fixtures", "--people", f"{people}", "--seats", f"{seats}")
    if done.returncode:
        raise Problem("The event and its buyers could not be created.")
    return parse_fixtures(json.loads(done.stdout))


async def set_up_by_registering(site: TargetSite, *, event_id: int, people: int) -> SaleSetup:
    """Register people through the API to buy seats of an existing event. Raises: Problem."""
    if people > MOST_REGISTERED:
        raise Problem(
            f"At most {MOST_REGISTERED} people can be registered through the API; for more, run "
            "`python -m loadtest.fixtures` with the site's settings; give its output as --fixtures."
        )
    places, batch = asyncio.Semaphore(_AT_ONCE), secrets.token_hex(3)

    async def register(number: int) -> Account:
        async with places:
            return await _register(site, f"load-{batch}-{number}")

    accounts = await asyncio.gather(*(register(number) for number in range(people)))
    return SaleSetup(event_id=event_id, accounts=list(accounts), is_ours=False)


async def _register(site: TargetSite, name: str) -> Account:
    connection = Connection(site.url)
    person = {"username": name, "password": secrets.token_urlsafe(16)}
    try:
        answer = await connection.ask("GET", "/api/csrf/")
        token = _expected(answer, 200)["csrf_token"]
        cookie = answer.headers.get(b"set-cookie", b"").decode().partition(";")[0]
        protected = {
            "Cookie": cookie,
            "X-CSRFToken": token,
            "Origin": site.url,
            "Referer": site.url,
        }
        _expected(await connection.ask("POST", "/api/register/", person, protected), 201)
        pair = _expected(await connection.ask("POST", "/api/token/", person), 200)
    finally:
        connection.close()
    return Account(name, pair["access"], pair["refresh"], time.time())


def _expected(answer: Answer, status: int) -> Any:
    if answer.status != status:
        reason = answer.error or answer.body[:300].decode(errors="replace")
        raise Problem(f"Registration failed: {answer.status} {reason}")
    return answer.json()
