"""`python -m laboratory bench`: measure figures of pushing, and compare them with targets."""

import argparse
import asyncio
import json
import logging

from deploy.console import say
from laboratory.programs import install_packages, own_services, service_versions, versions
from laboratory.push.bench import Bench, make_event
from laboratory.push.figures import Figure, Result
from laboratory.push.figures.connect import CONNECT
from laboratory.push.figures.crowd import CROWD
from laboratory.push.figures.fanout import FANOUT
from laboratory.push.figures.idle import IDLE
from laboratory.push.figures.memory import MEMORY
from laboratory.push.figures.rush import RUSH
from laboratory.push.figures.stuck import STUCK
from laboratory.push.servers import SOCKETIO
from laboratory.results import Numbers, Report, parser, rounds
from loadtest.engine.viewers import allow_many_files, undisturbed

logger = logging.getLogger(__name__)

FIGURES: dict[str, Figure] = {
    "fanout": FANOUT,
    "rush": RUSH,
    "idle": IDLE,
    "connect": CONNECT,
    "crowd": CROWD,
    "memory": MEMORY,
    "stuck": STUCK,
}
_COMPARED = ("daphne", "channels", "channels_redis", "Django", "uvicorn", "uvloop", "websockets")


def main() -> int:
    """Return 0 if every target is reached, else 1."""
    options = _options()
    allow_many_files()
    install_packages(SOCKETIO, "Socket.IO")
    report = Report(name="bench", facts=versions(*_COMPARED, npm=SOCKETIO))
    results: dict[str, Result] = {}
    try:
        for name in options.only:
            try:
                results[name] = _measured(name, report, options)
            except Exception as error:
                logger.exception("%s could not be measured", name)
                report.fail(name, error)
            else:
                say(f"\n{results[name].markdown()}\n")
    finally:
        # Also of an interrupted run.
        status = report.publish(
            options,
            tables=[result.markdown() for result in results.values()],
            data={
                "figures": {
                    name: {"title": it.figure.title, "medians": it.medians, "rounds": it.rounds}
                    for name, it in results.items()
                }
            },
            missed=[f"{name}: {line}" for name, it in results.items() for line in it.missed],
        )
    return status


def _measured(name: str, report: Report, options: argparse.Namespace) -> Result:
    """Measure one figure on a new database."""
    numbers: list[Numbers] = []
    with own_services() as settings:
        report.facts |= service_versions(settings["DATABASE_URL"], settings["REDIS_URL"])
        for number in range(options.rounds):
            say(f"{name}: round {number + 1} of {options.rounds} …")
            bench = Bench(settings=settings, event_id=make_event(settings), scale=options.scale)
            with undisturbed():
                numbers.append(asyncio.run(FIGURES[name].measure(bench)))
            say(json.dumps({key: round(value, 4) for key, value in numbers[-1].items()}))
    return Result(figure=FIGURES[name], rounds=numbers)


def _options() -> argparse.Namespace:
    made = parser("bench", description=__doc__, figures=FIGURES)
    made.add_argument("--rounds", type=rounds, default=5, help="medians of how many (%(default)s)")
    return made.parse_args()
