"""`python -m laboratory compare`: measure Seatcast and its peers in turn, and print the tables."""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from deploy.console import say
from deploy.paths import ROOT
from laboratory.compare.comparison import Comparison
from laboratory.compare.dataset import dataset_on_own_services
from laboratory.compare.figures import FIGURES
from laboratory.compare.servers import install_node_peer, versions
from laboratory.compare.tables import put_between
from laboratory.push.results import machine
from laboratory.push.servers import service_versions
from loadtest.engine.processes import cpu_model
from loadtest.engine.viewers import allow_many_files

DOCUMENT = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    """Return 0 when everything is as wanted, else 1."""
    options = _options()
    allow_many_files()
    install_node_peer()
    started = time.monotonic()
    comparison = Comparison(figures=options.only, scale=options.scale)
    facts = _compare(comparison, rounds=options.rounds)
    minutes = (time.monotonic() - started) / 60
    shortfalls = [
        *comparison.failures,
        *(line for outcome in comparison.outcomes() for line in outcome.shortfalls),
    ]
    command = f"python -m laboratory compare {' '.join(sys.argv[1:])}".strip()
    shown = ", ".join(f"{name} {value}" for name, value in facts.items())
    date = datetime.now(UTC).date().isoformat()
    parts = [f"`{command}`, {date}, {minutes:.0f} minutes, on: {shown}."]
    parts += [outcome.markdown() for outcome in comparison.outcomes()]
    if shortfalls:
        parts.append("\n".join(["Not as wanted:", "", *(f"- {line}" for line in shortfalls)]))
    generated = "\n\n".join(parts)
    say(f"\n{generated}\n")
    if options.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(put_between(document, generated), encoding="utf-8")
    if options.json:
        data = {"command": command, "date": date, "facts": facts, "rounds": comparison.rounds}
        options.json.write_text(json.dumps({**data, "shortfalls": shortfalls}, indent=1), "utf-8")
    say("\n".join(shortfalls) or "Everything is as wanted.")
    return 1 if shortfalls else 0


def _compare(comparison: Comparison, *, rounds: int) -> dict[str, str]:
    """Measure so many rounds on services of their own; return what they ran on."""
    with dataset_on_own_services() as dataset:
        for number in range(rounds):
            comparison.measure(dataset, number=number)
        facts = {"CPU": cpu_model(), **machine(), **versions()}
        facts |= service_versions(dataset.database_url, dataset.redis_url)
    # On services of its own.
    comparison.measure_on_sale()
    return facts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m laboratory compare", description=__doc__)
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
