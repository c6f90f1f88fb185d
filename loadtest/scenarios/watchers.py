"""Viewers connect at once, wait, and then seats change steadily."""

from argparse import ArgumentParser

from loadtest.engine.arrivals import due, evenly, poisson, until
from loadtest.engine.run import Run
from loadtest.scenarios import Scenario
from loadtest.scenarios.buying import hold
from loadtest.scenarios.limits import MOST_PER_SECOND, MOST_SECONDS, amount

_PEOPLE = 40
_HOLD_SECONDS = 1.0


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--within",
        type=amount(MOST_SECONDS),
        default=5.0,
        help="seconds in which all viewers come; 0: in one instant (%(default)g)",
    )
    parser.add_argument(
        "--idle",
        type=amount(MOST_SECONDS),
        default=5.0,
        help="seconds in which they wait and nothing happens (%(default)g)",
    )
    parser.add_argument(
        "--per-second",
        type=amount(MOST_PER_SECOND, least=0.1),
        default=10.0,
        help="changes a second after that, half of them locks (%(default)g)",
    )


async def _play(run: Run) -> None:
    options = run.options
    run.phase = f"{options.viewers:,} viewers come within {options.within:g} s"
    number = 0
    async for due_ns in due(evenly(options.viewers, seconds=options.within), began_ns=run.began_ns):
        run.start(_join(run, is_sampled=number < options.sample, due_ns=due_ns))
        number += 1
    await run.finish()
    run.phase = "all are there, and nothing happens"
    began_ns = run.now_ns + round(options.idle * 1e9)
    await until(began_ns)
    run.phase = f"{options.per_second:g} changes a second"
    left = options.seconds - run.seconds
    times = poisson(run.rng, per_second=options.per_second / 2, seconds=left)
    async for due_ns in due(times, began_ns=began_ns):
        run.start(hold(run, due_ns, seconds=_HOLD_SECONDS, seats=1))
    await run.finish()


async def _join(run: Run, *, is_sampled: bool, due_ns: int) -> None:
    await run.pool.join(is_sampled=is_sampled, due_ns=due_ns)


WATCHERS = Scenario(
    name="watchers",
    summary="a crowd comes at once, waits, and watches seats change steadily",
    seats=5_000,
    viewers=2_000,
    seconds=40.0,
    add_options=_add_options,
    people=lambda options: _PEOPLE + int(options.per_second),
    play=_play,
    is_watched_from_the_start=False,
)
