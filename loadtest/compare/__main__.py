"""`python -m loadtest.compare`: Seatcast and its peers in turn, and what they came to."""

import argparse
import json
import logging
import secrets
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from deploy.paths import ROOT
from deploy.services import postgres, valkey
from deploy.steps import say
from loadtest.compare.figures import FIGURES, Bench
from loadtest.compare.house import House
from loadtest.compare.servers import KINDS, Kind, install_node_peer, versions
from loadtest.compare.tables import Outcome, put_between
from loadtest.engine.cpu import postgres_pid
from loadtest.engine.viewers import allow_many_files, undisturbed
from loadtest.push.figures import Numbers
from loadtest.push.results import machine
from loadtest.push.servers import service_versions

DOCUMENT = ROOT / "docs" / "benchmarks.md"

logger = logging.getLogger(__name__)

# By figure, by who was measured, and by the round's number.
Rounds = dict[str, dict[str, dict[int, Numbers]]]


def main() -> int:
    """Return 0 when everything is as wanted, else 1."""
    options = _options()
    allow_many_files()
    install_node_peer()
    started = time.monotonic()
    rounds: Rounds = {figure: {} for figure in options.only}
    failures: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir,
        postgres() as database_url,
        valkey() as redis_url,
    ):
        facts = {**machine(), **versions(), **service_versions(database_url, redis_url)}
        say("Making a hall of 50,000 seats …")
        house = House.make(
            database_url=database_url,
            redis_url=redis_url,
            secret=secrets.token_hex(32),
            data_dir=data_dir,
        )
        for number in range(options.rounds):
            # In another order each time, so that nobody is always the first.
            turn = number % len(KINDS)
            for kind in [*KINDS[turn:], *KINDS[:turn]]:
                say(f"Round {number + 1} of {options.rounds}: {kind.name} …")
                try:
                    _measure(kind, house, rounds, number=number, scale=options.scale)
                except Exception as error:
                    logger.exception("%s could not be measured", kind.name)
                    failures.append(f"{kind.name}: {type(error).__name__}: {error}".splitlines()[0])
            _measure_floors(house, rounds, number=number, scale=options.scale)
    outcomes = {
        name: Outcome(
            title=FIGURES[name].title, wanted=FIGURES[name].wanted, rounds=_in_order(by_kind)
        )
        for name, by_kind in rounds.items()
        if by_kind
    }
    shortfalls = [*failures, *(it for outcome in outcomes.values() for it in outcome.shortfalls)]
    minutes = (time.monotonic() - started) / 60
    command = f"python -m loadtest.compare {' '.join(sys.argv[1:])}".strip()
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    parts = [f"`{command}`, {_today()}, {minutes:.0f} minutes, on: {told}."]
    parts += [outcome.markdown() for outcome in outcomes.values()]
    if shortfalls:
        parts.append("\n".join(["Not as wanted:", "", *(f"- {it}" for it in shortfalls)]))
    generated = "\n\n".join(parts)
    say(f"\n{generated}\n")
    if options.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(put_between(document, generated), encoding="utf-8")
    if options.json:
        data = {"command": command, "facts": facts, "rounds": rounds, "shortfalls": shortfalls}
        options.json.write_text(json.dumps(data, indent=1), encoding="utf-8")
    say("\n".join(shortfalls) or "Everything is as wanted.")
    return 1 if shortfalls else 0


def _measure(kind: Kind, house: House, rounds: Rounds, *, number: int, scale: float) -> None:
    """Start a server, and measure all figures of it into `rounds`."""
    figures = [name for name in rounds if name == "watch" or not kind.is_polled]
    if not figures:
        return
    house.clear()
    with kind.running(house) as server:
        bench = Bench(
            kind=kind,
            server=server,
            house=house,
            postgres=postgres_pid(house.database_url),
            scale=scale,
        )
        for name in figures:
            with undisturbed():
                numbers = uvloop.run(FIGURES[name].measure(bench))
            _tell(name, numbers)
            rounds[name].setdefault(kind.name, {})[number] = numbers


def _measure_floors(house: House, rounds: Rounds, *, number: int, scale: float) -> None:
    for figure in rounds:
        for name, measure in FIGURES[figure].floors.items():
            house.clear()
            numbers = measure(house, scale)
            _tell(f"{figure}, {name}", numbers)
            rounds[figure].setdefault(name, {})[number] = numbers


def _tell(what: str, numbers: Numbers) -> None:
    say(f"{what}: {json.dumps({key: round(it, 3) for key, it in numbers.items()})}")


def _in_order(by_name: dict[str, dict[int, Numbers]]) -> dict[str, dict[int, Numbers]]:
    """Servers first, as they are named everywhere, whoever was measured first."""
    names = [kind.name for kind in KINDS if kind.name in by_name]
    return {name: by_name[name] for name in [*names, *(by_name.keys() - set(names))]}


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtest.compare", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="medians of how many (%(default)s)")
    parser.add_argument("--scale", type=float, default=1.0, help="size of it all, to try out")
    parser.add_argument(
        "--only", type=_names, default=list(FIGURES), help=f"some of {','.join(FIGURES)}"
    )
    parser.add_argument("--json", type=Path, help="write every round's numbers there")
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/benchmarks.md"
    )
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(FIGURES):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
