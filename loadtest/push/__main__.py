"""`python -m loadtest.push [FIGURE …]`: measure, and say what was wanted and what came out."""

import argparse
import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.node import ensure_node
from deploy.services import postgres, valkey
from deploy.steps import run_step, say
from loadtest.push.bench import Bench, make_event
from loadtest.push.figures import Figure, Numbers
from loadtest.push.figures.connect import CONNECT
from loadtest.push.figures.fanout import FANOUT
from loadtest.push.figures.idle import IDLE
from loadtest.push.figures.memory import MEMORY
from loadtest.push.figures.rush import RUSH
from loadtest.push.figures.stuck import STUCK
from loadtest.push.results import Result, machine, markdown
from loadtest.push.servers import SOCKETIO, versions
from loadtest.push.viewers import allow_many_files

FIGURES: dict[str, Figure] = {
    "fanout": FANOUT,
    "rush": RUSH,
    "idle": IDLE,
    "connect": CONNECT,
    "memory": MEMORY,
    "stuck": STUCK,
}


def main() -> int:
    """Return 0 when every figure is what was wanted, else 1."""
    options = _options()
    allow_many_files()
    _install_socketio()
    say(f"{json.dumps({**machine(), **versions()})}")
    results: dict[str, Result] = {}
    for name in options.figures or FIGURES:
        results[name] = _measured(name, rounds=options.rounds, scale=options.scale)
        say(f"\n{markdown(results[name])}\n")
        if options.json:
            _write(options.json, results)
    return 1 if any(result.missed for result in results.values()) else 0


def _measured(name: str, *, rounds: int, scale: float) -> Result:
    """Measure one figure on a database of its own."""
    figure = FIGURES[name]
    numbers: list[Numbers] = []
    with (
        tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir,
        postgres() as database_url,
        valkey() as redis_url,
    ):
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
            numbers.append(asyncio.run(figure.measure(bench)))
            say(json.dumps({key: round(value, 4) for key, value in numbers[-1].items()}))
    return Result(figure=figure, rounds=numbers)


def _write(path: Path, results: dict[str, Result]) -> None:
    report = {
        "command": f"python -m loadtest.push {' '.join(sys.argv[1:])}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "rounds": {name: result.rounds for name, result in results.items()},
    }
    path.write_text(json.dumps(report, indent=1))


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
    parser = argparse.ArgumentParser(prog="python -m loadtest.push", description=__doc__)
    parser.add_argument("figures", nargs="*", choices=[*FIGURES, []], help="all, if none is named")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the crowds, to try out")
    parser.add_argument("--json", type=Path, help="write every round's numbers there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
