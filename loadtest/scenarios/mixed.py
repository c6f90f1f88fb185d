"""An evening at the shop: some buy, some cannot decide, pages are opened, and viewers come and go.

Every few seconds a group of friends clicks one seat in the same instant.
"""

from argparse import ArgumentParser, Namespace

from loadtest.engine.arrivals import due, poisson
from loadtest.engine.run import Run
from loadtest.scenarios import Scenario
from loadtest.scenarios.buying import hold, visit
from loadtest.scenarios.limits import MOST_PER_SECOND, amount
from loadtest.scenarios.on_sale import add_buying_options, arrivals_per_second

# Shares of arrivals; the others are undecided.
_BUYING = 0.6
_FRIENDS = 8
_FRIENDS_PER_SECOND = 0.2


def _add_options(parser: ArgumentParser) -> None:
    add_buying_options(parser, buyers=200)
    parser.add_argument(
        "--pages",
        type=amount(MOST_PER_SECOND, least=0.01),
        default=2.0,
        help="how often a second somebody reads the list of all seats (%(default)g)",
    )
    parser.add_argument(
        "--turnover",
        type=amount(MOST_PER_SECOND, least=0.01),
        default=10.0,
        help="how many viewers a second go, and others come instead (%(default)g)",
    )


async def _play(run: Run) -> None:
    options = run.options
    rate = arrivals_per_second(options)
    run.phase = f"{rate:,.0f} people a second come, {options.turnover:g} viewers come and go"
    run.start(_visits(run, rate))
    run.start(_pages(run))
    run.start(_turnover(run))
    run.start(_friends(run))
    await run.finish()


async def _visits(run: Run, rate: float) -> None:
    times = poisson(run.rng, per_second=rate, seconds=run.options.seconds)
    async for due_ns in due(times, began_ns=run.began_ns):
        if run.rng.random() < _BUYING:
            run.start(visit(run, due_ns))
        else:
            run.start(hold(run, due_ns, seconds=run.options.think))


async def _pages(run: Run) -> None:
    times = poisson(run.rng, per_second=run.options.pages, seconds=run.options.seconds)
    async for due_ns in due(times, began_ns=run.began_ns):
        run.start(_look(run, due_ns))


async def _look(run: Run, due_ns: int) -> None:
    async with run.somebody() as person:
        await person.look(due_ns=due_ns)


async def _turnover(run: Run) -> None:
    """Replace the oldest viewer that is not sampled by a new one."""
    times = poisson(run.rng, per_second=run.options.turnover, seconds=run.options.seconds)
    oldest = [viewer for viewer in run.pool.viewers if not viewer.is_sampled]
    async for due_ns in due(times, began_ns=run.began_ns):
        if oldest:
            oldest.pop(0).leave()
        run.start(_join(run, due_ns))


async def _join(run: Run, due_ns: int) -> None:
    await run.pool.join(is_sampled=False, due_ns=due_ns)


async def _friends(run: Run) -> None:
    times = poisson(run.rng, per_second=_FRIENDS_PER_SECOND, seconds=run.options.seconds)
    async for due_ns in due(times, began_ns=run.began_ns):
        wanted = run.hall.choose(run.rng, 1)
        for _ in range(_FRIENDS if wanted else 0):
            run.start(_click(run, wanted, due_ns))


async def _click(run: Run, wanted: list[int], due_ns: int) -> None:
    async with run.somebody() as person:
        if await person.lock(wanted, due_ns=due_ns):
            await person.unlock(wanted)


def _people(options: Namespace) -> int:
    return int(options.buyers)


MIXED = Scenario(
    name="mixed",
    summary="buyers, the undecided, page views, stampedes, and viewers who come and go",
    seats=3_000,
    viewers=300,
    seconds=45.0,
    add_options=_add_options,
    people=_people,
    play=_play,
)
