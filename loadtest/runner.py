"""A run: read the event, connect viewers, run the scenario and check the results."""

import argparse
import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from deploy.console import Problem
from loadtest.engine.hall import Hall
from loadtest.engine.history import History
from loadtest.engine.http import Connection
from loadtest.engine.measures import Json, Measures
from loadtest.engine.people import Person
from loadtest.engine.run import Run
from loadtest.engine.settling import evidence, seats
from loadtest.engine.transactions import REPORT_SECONDS, transactions
from loadtest.engine.viewer_pool import ViewerPool
from loadtest.engine.viewers import undisturbed
from loadtest.results import result
from loadtest.sale_setup import SaleSetup
from loadtest.scenarios import Scenario
from loadtest.target import ResourceUsage, TargetSite
from loadtest.verdict import Check, judge

MOST_TRANSACTIONS = 60
_INTERVAL_SECONDS = 0.5
_MOST_ROWS = 240
_REFRESH_SECONDS = 5.0
# Options of the command that are not parameters of the load.
_NO_PARAMETERS = {
    "scenario",
    "command",
    "url",
    "fixtures",
    "json",
    "html",
    "plain",
    "is_mine",
    "keep",
    "event",
}


async def run_scenario(
    scenario: Scenario,
    options: argparse.Namespace,
    site: TargetSite,
    setup: SaleSetup,
    *,
    watch: Callable[[Run], None],
) -> Json:
    """Run a scenario; return its result. `watch` gets the run before it starts.

    Raises: Problem if the event cannot be read.
    """
    event = await _event(site, setup.event_id)
    hall = await _hall(site, setup)
    options.event = setup.event_id
    measures = Measures()
    pool = ViewerPool(f"{site.socket_url}/ws/events/{setup.event_id}/", hall, measures)
    history = History(lock_seconds=event["lock_seconds"])
    people = [
        Person(site.url, account, event_id=setup.event_id, pool=pool, history=history)
        for account in setup.accounts
    ]
    run = Run(
        options=options,
        hall=hall,
        pool=pool,
        people=people,
        measures=measures,
        history=history,
        rng=random.Random(options.seed),
    )
    watch(run)
    interval = max(_INTERVAL_SECONDS, options.seconds / _MOST_ROWS)
    started_at = datetime.now(UTC)
    with undisturbed():
        if scenario.is_watched_from_the_start:
            run.phase = f"{options.viewers:,} viewers connect"
            await pool.gather(options.viewers, sample=options.sample)
        async with _transactions_counted(run, site, is_wanted=scenario.counts_transactions):
            seconds = await _measured_run(scenario, run, site, interval)
        await _verify_ledger(run, site)
        checks = judge(await evidence(run, is_ours=setup.is_ours))
    pool.leave()
    for person in people:
        person.connection.close()
    return result(
        scenario=scenario.name,
        command=options.command,
        started_at=started_at,
        seconds=seconds,
        site=site,
        parameters=_parameters(options),
        event={"id": event["id"], "name": event["name"]},
        interval=interval,
        hall=hall,
        pool=pool,
        measures=measures,
        checks=checks,
        too_late=run.too_late,
    )


async def _measured_run(scenario: Scenario, run: Run, site: TargetSite, interval: float) -> float:
    """Run the scenario, with a row of figures per interval; return its duration in seconds."""
    consumption = ResourceUsage(site)
    consumption.refresh()
    refreshing = asyncio.create_task(_keep_refreshing(consumption))
    run.begin()
    consumption.usage(1.0)

    def snapshot(seconds: float) -> Json:
        pool = run.pool
        viewers = None
        if pool.viewers:
            viewers = {
                "open": pool.open_count,
                "frames": pool.frames,
                "changes": pool.changes,
            }
        return {
            "seats_left": run.hall.left if pool.viewers else None,
            "viewers": viewers,
            "server": consumption.usage(seconds),
        }

    try:
        with run.rows(interval, snapshot):
            await scenario.play(run)
            return run.seconds
    finally:
        refreshing.cancel()
        with suppress(asyncio.CancelledError):
            await refreshing


async def _keep_refreshing(consumption: ResourceUsage) -> None:
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        await asyncio.to_thread(consumption.refresh)


@asynccontextmanager
async def _transactions_counted(
    run: Run, site: TargetSite, *, is_wanted: bool
) -> AsyncIterator[None]:
    """Check the number of transactions, if nothing else uses the database."""
    url = (site.settings or {}).get("DATABASE_URL")
    # The hubs of viewers query the database as well.
    if not (is_wanted and site.is_own and url) or run.pool.viewers:
        yield
        return
    run.phase = f"waiting {REPORT_SECONDS:g} s for PostgreSQL to report its count"
    before = await asyncio.to_thread(transactions, url)
    yield
    run.phase = f"waiting {REPORT_SECONDS:g} s for PostgreSQL to report its count"
    count = await asyncio.to_thread(transactions, url) - before
    is_few = count < MOST_TRANSACTIONS
    wanted = f"{count:,} in PostgreSQL, reads included; wanted: under {MOST_TRANSACTIONS}"
    run.checks.append(Check(name="Few transactions", is_ok=is_few, detail=wanted))


async def _verify_ledger(run: Run, site: TargetSite) -> None:
    """Verify the change log with `verify_ledger`, unless it is another's site."""
    if not site.is_own:
        return
    run.phase = "replaying the change log"
    command = ("manage.py", "verify_ledger", "--event", f"{run.options.event}")
    done = await asyncio.to_thread(site.manage, *command)
    output = (
        "; ".join(done.stdout.splitlines()[-5:]) or f"verify_ledger ended with {done.returncode}"
    )
    run.checks.append(
        Check(name="The ledger is consistent", is_ok=done.returncode == 0, detail=output)
    )


async def _event(site: TargetSite, event_id: int) -> dict[str, Any]:
    connection = Connection(site.url)
    answer = await connection.ask("GET", f"/api/events/{event_id}/")
    connection.close()
    if answer.status != 200:
        reason = answer.error or f"status {answer.status}"
        raise Problem(f"{site.url} does not return event {event_id}: {reason}.")
    found: dict[str, Any] = answer.json()
    return found


async def _hall(site: TargetSite, setup: SaleSetup) -> Hall:
    connection = Connection(site.url)
    found = await seats(connection, setup.event_id)
    connection.close()
    if not found:
        raise Problem(f"{site.url} does not list the seats of event {setup.event_id}.")
    return Hall(found)


def _parameters(options: argparse.Namespace) -> Json:
    return {
        name.replace("_", " "): value
        for name, value in sorted(vars(options).items())
        if name not in _NO_PARAMETERS and isinstance(value, int | float | str)
    }
