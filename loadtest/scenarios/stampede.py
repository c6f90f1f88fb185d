"""Everybody clicks one seat at the same instant."""

import asyncio
from argparse import ArgumentParser

from loadtest.engine.people import Person
from loadtest.engine.run import Run
from loadtest.scenarios import Scenario
from loadtest.scenarios.limits import MOST_PEOPLE, count
from loadtest.verdict import Check

_AT_ONCE = 200


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--clicks",
        type=count(MOST_PEOPLE, least=2),
        default=1_000,
        help="how many people click (%(default)s)",
    )


async def _play(run: Run) -> None:
    """Send all requests except for their last byte, then all last bytes."""
    index = run.hall.choose(run.rng, 1)[0]
    run.phase = "opening connections"
    places = asyncio.Semaphore(_AT_ONCE)

    async def arm(person: Person) -> None:
        async with places:
            await person.arm_lock(index)

    await asyncio.gather(*(arm(person) for person in run.people))
    run.phase = "everybody clicks"
    winners = await asyncio.gather(*[person.fire_lock(index) for person in run.people])
    won = sum(winners)
    run.checks.append(
        Check(
            name="Exactly one winner",
            is_ok=won == 1,
            detail=f"{won:,} of {len(winners):,} were given the seat",
        )
    )


STAMPEDE = Scenario(
    name="stampede",
    summary="everybody clicks one seat in the same instant",
    seats=1_000,
    viewers=0,
    seconds=60.0,
    add_options=_add_options,
    people=lambda options: int(options.clicks),
    play=_play,
    least_viewers=0,
    counts_transactions=True,
)
