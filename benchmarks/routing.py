"""Whether sending an event's commands to one API server pays on one machine.

`python -m benchmarks.routing` starts the stack with each way of SEATCAST_API_ROUTING in turn, lets
128 clients lock seats of one event without a pause, and prints the medians and their ratio.
"""

import argparse
import json
from functools import partial
from statistics import median

import uvloop

from benchmarks.compare.dataset import dataset_on_own_services
from benchmarks.compare.figures import Bench, locks
from benchmarks.compare.servers import Kind, seatcast
from benchmarks.push.figures import Numbers
from deploy.console import say
from loadtest.engine.processes import cpu_seconds, postgres_pid
from loadtest.engine.viewers import allow_many_files, undisturbed
from tools.process_tree import API_WORKER, stack_processes

_WAYS = ("by_turns", "by_event")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="medians of how many (%(default)s)")
    rounds = parser.parse_args().rounds
    allow_many_files()
    measured = _measure(rounds)
    for name in measured["by_turns"][0]:
        turns, event = (median(each[name] for each in measured[way]) for way in _WAYS)
        ratio = median(
            two[name] / one[name]
            for one, two in zip(measured["by_turns"], measured["by_event"], strict=True)
            if one[name]
        )
        print(f"{name:32} by turns {turns:9.3f}  by event {event:9.3f}  ratio {ratio:.2f}")


def _measure(rounds: int) -> dict[str, list[Numbers]]:
    """Measure each way in each round, the first one in turn."""
    measured: dict[str, list[Numbers]] = {way: [] for way in _WAYS}
    with dataset_on_own_services() as dataset:
        for number in range(rounds):
            for way in _WAYS if number % 2 else reversed(_WAYS):
                dataset.clear()
                running = partial(seatcast, SEATCAST_API_ROUTING=way)
                kind = Kind(name=way, running=running, names_index=True)
                with running(dataset) as server, undisturbed():
                    bench = Bench(
                        kind=kind,
                        server=server,
                        dataset=dataset,
                        postgres=postgres_pid(dataset.database_url),
                    )
                    workers = stack_processes(server.pid)[API_WORKER]
                    before = [cpu_seconds(pid) for pid in workers]
                    numbers = uvloop.run(locks(bench))
                    after = [cpu_seconds(pid) for pid in workers]
                spent = [now - then for then, now in zip(before, after, strict=True)]
                numbers["API workers' CPU ms per lock"] = 1000 * sum(spent) / dataset.locked()
                numbers["% of it in the busier one"] = 100 * max(spent) / sum(spent)
                say(f"Round {number + 1}, {way}: {json.dumps(numbers)}")
                measured[way].append(numbers)
    return measured


if __name__ == "__main__":
    main()
