"""People lock and unlock seats; nothing is sold."""

from argparse import ArgumentParser

from loadtest.engine.arrivals import due, poisson
from loadtest.engine.run import Run
from loadtest.scenarios import Scenario
from loadtest.scenarios.buying import hold
from loadtest.scenarios.limits import MOST_PEOPLE, MOST_PER_SECOND, amount, count


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--people",
        type=count(MOST_PEOPLE, least=1),
        default=200,
        help="how many accounts there are (%(default)s)",
    )
    parser.add_argument(
        "--rate",
        type=amount(MOST_PER_SECOND, least=0.01),
        default=40.0,
        help="how many come each second, whatever the site is able to do (%(default)g)",
    )
    parser.add_argument(
        "--hold",
        type=amount(60.0),
        default=2.0,
        help="seconds for which they hold their seats, on average (%(default)g)",
    )


async def _play(run: Run) -> None:
    options = run.options
    run.phase = f"{options.rate:g} people a second lock seats, and let go of them"
    times = poisson(run.rng, per_second=options.rate, seconds=options.seconds)
    async for due_ns in due(times, began_ns=run.began_ns):
        run.start(hold(run, due_ns, seconds=options.hold))
    run.phase = "the last ones let go"
    await run.finish()


CHURN = Scenario(
    name="churn",
    summary="people lock seats and let go of them, and a crowd watches",
    seats=1_000,
    viewers=200,
    seconds=30.0,
    add_options=_add_options,
    people=lambda options: int(options.people),
    play=_play,
)
