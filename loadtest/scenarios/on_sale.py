"""A sale: people arrive, choose, think and buy until nothing is left or time is up."""

import time
from argparse import ArgumentParser, Namespace

from loadtest.engine.arrivals import due, poisson
from loadtest.engine.run import Run
from loadtest.scenarios import Scenario
from loadtest.scenarios.buying import visit
from loadtest.scenarios.limits import MOST_PEOPLE, MOST_PER_SECOND, amount, count

# The share of accounts in use at a time if the site responds at once.
_BUSY = 0.6


def add_buying_options(parser: ArgumentParser, *, buyers: int) -> None:
    """Add the options of all scenarios with buyers."""
    parser.add_argument(
        "--buyers",
        type=count(MOST_PEOPLE, least=1),
        default=buyers,
        help="how many accounts there are (%(default)s)",
    )
    parser.add_argument(
        "--think",
        type=amount(60.0),
        default=3.0,
        help="seconds that people think between clicks, on average; 0: as fast as it goes "
        "(%(default)g)",
    )
    parser.add_argument(
        "--rate",
        type=amount(MOST_PER_SECOND, least=0.01),
        help="how many come each second, whatever the site is able to do "
        "(as many as keep most of the accounts busy)",
    )
    parser.add_argument(
        "--payment",
        choices=["cash", "invoice", "card"],
        default="cash",
        help="how they pay (%(default)s)",
    )


def arrivals_per_second(options: Namespace) -> float:
    """Return the arrival rate per second."""
    busy: float = _BUSY * options.buyers / max(options.think, 0.1)
    rate: float | None = options.rate
    return rate or min(MOST_PER_SECOND, busy)


async def _play(run: Run) -> None:
    if run.options.think == 0 and run.options.rate is None:
        await _rush(run)
        return
    rate = arrivals_per_second(run.options)
    run.phase = f"{rate:,.0f} people a second come to buy"
    times = poisson(run.rng, per_second=rate, seconds=run.options.seconds)
    async for due_ns in due(times, began_ns=run.began_ns):
        if not run.hall.left:
            break
        run.start(visit(run, due_ns))
    run.phase = "the last ones make up their minds"
    await run.finish()


async def _rush(run: Run) -> None:
    """Let every buyer start again as soon as they have bought."""
    run.phase = f"{len(run.people):,} people buy as fast as they can"

    async def again_and_again() -> None:
        while run.hall.free and run.seconds < run.options.seconds:
            await visit(run, time.monotonic_ns())

    for _ in run.people:
        run.start(again_and_again())
    await run.finish()


ON_SALE = Scenario(
    name="on-sale",
    summary="people buy until nothing is left, and a crowd watches",
    seats=5_000,
    viewers=500,
    seconds=60.0,
    add_options=lambda parser: add_buying_options(parser, buyers=300),
    people=lambda options: int(options.buyers),
    play=_play,
)
