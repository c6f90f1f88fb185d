"""`python -m laboratory bench [FIGURE …]`: measure figures, and compare them with targets."""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.console import say
from laboratory.push.bench import Bench, make_event
from laboratory.push.figures import Figure, Numbers
from laboratory.push.figures.connect import CONNECT
from laboratory.push.figures.crowd import CROWD
from laboratory.push.figures.fanout import FANOUT
from laboratory.push.figures.idle import IDLE
from laboratory.push.figures.memory import MEMORY
from laboratory.push.figures.rush import RUSH
from laboratory.push.figures.sections import SECTIONS
from laboratory.push.figures.stuck import STUCK
from laboratory.push.results import Report, Result, machine, markdown
from laboratory.push.servers import SOCKETIO, service_versions, versions
from loadtest.engine.viewers import allow_many_files, undisturbed
from tools.node import ensure_node
from tools.services import postgres, valkey
from tools.steps import run_step

logger = logging.getLogger(__name__)

FIGURES: dict[str, Figure] = {
    "fanout": FANOUT,
    "rush": RUSH,
    "idle": IDLE,
    "connect": CONNECT,
    "crowd": CROWD,
    "memory": MEMORY,
    "stuck": STUCK,
    "sections": SECTIONS,
}


def main() -> int:
    """Return 0 if every target is reached, else 1."""
    options = _options()
    allow_many_files()
    _install_socketio()
    report = Report(
        command=f"python -m laboratory bench {' '.join(sys.argv[1:])}".strip(),
        date=datetime.now(UTC).date().isoformat(),
        facts={**machine(), **versions()},
    )
    if options.scale != 1:
        say(f"The crowds are {options.scale:g} of their size: for trying things out only.")
    for name in options.figures or FIGURES:
        _measure(name, report, rounds=options.rounds, scale=options.scale)
        # After each figure, so that an interrupted run keeps its results.
        if options.json:
            options.json.write_text(report.json(), encoding="utf-8")
        if options.markdown:
            options.markdown.write_text(report.markdown(), encoding="utf-8")
    say("\n".join(report.shortfalls) or "Every target is reached.")
    return 1 if report.shortfalls else 0


def _measure(name: str, report: Report, *, rounds: int, scale: float) -> None:
    """Add a figure to the report; if it fails, add the error instead."""
    try:
        report.results[name] = _measured(name, report, rounds=rounds, scale=scale)
    except Exception as error:
        logger.exception("%s could not be measured", name)
        report.failures[name] = f"{type(error).__name__}: {error}".splitlines()[0]
    else:
        say(f"\n{markdown(report.results[name])}\n")


def _measured(name: str, report: Report, *, rounds: int, scale: float) -> Result:
    """Measure one figure on a new database."""
    figure = FIGURES[name]
    numbers: list[Numbers] = []
    with (
        tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir,
        postgres() as database_url,
        valkey() as redis_url,
    ):
        report.facts = {**report.facts, **service_versions(database_url, redis_url)}
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SEATCAST_DATA_DIR": data_dir,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        for number in range(rounds):
            say(f"{name}: round {number + 1} of {rounds} …")
            bench = Bench(
                database_url=database_url,
                redis_url=redis_url,
                data_dir=data_dir,
                event_id=make_event(settings),
                scale=scale,
            )
            with undisturbed():
                numbers.append(asyncio.run(figure.measure(bench)))
            say(json.dumps({key: round(value, 4) for key, value in numbers[-1].items()}))
    return Result(figure=figure, rounds=numbers)


def _install_socketio() -> None:
    if (SOCKETIO / "node_modules" / ".package-lock.json").is_file():
        return
    node = ensure_node()
    run_step(
        node.npm_command("ci", "--no-audit", "--no-fund"),
        what="Installing Socket.IO",
        cwd=SOCKETIO,
        environment=node.environment(),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m laboratory bench", description=__doc__)
    parser.add_argument("figures", nargs="*", choices=[*FIGURES, []], help="all, if none is named")
    parser.add_argument("--rounds", type=_rounds, default=5, help="medians of how many (5)")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the crowds, to try out")
    parser.add_argument("--json", type=Path, help="write every round's numbers there")
    parser.add_argument("--markdown", type=Path, help="write the tables there")
    return parser.parse_args()


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"at least 1, not {text}")
    return int(text)
