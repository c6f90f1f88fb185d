"""Lock seats for a while, then unlock them."""

from loadtest.engine.run import Run
from loadtest.scenarios.buying import party_of, thought


async def hold(run: Run, due_ns: int, *, seconds: float, seats: int | None = None) -> None:
    """Lock seats, by default a random party's, and unlock them after `seconds` on average."""
    async with run.somebody() as person:
        if run.is_over:
            run.too_late += 1
            return
        wanted = run.hall.choose(run.rng, seats or party_of(run.rng))
        if wanted and await person.lock(wanted, due_ns=due_ns):
            due_ns = await thought(run.rng, seconds)
            await person.unlock(wanted, due_ns=due_ns)
