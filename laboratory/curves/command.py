"""`python -m laboratory curves`: what a lock, a change, a viewer and a map cost at four sizes."""

import argparse
import json
import logging
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from deploy.console import say
from deploy.paths import ROOT
from laboratory.compare.tables import put_between
from laboratory.curves.environment import Environment
from laboratory.curves.figures import FIGURES, SEATS, WATCHED_SEATS
from laboratory.curves.plots import BEGIN, END, picture, section
from laboratory.push.figures import Numbers
from laboratory.push.results import machine
from laboratory.push.servers import service_versions
from loadtest.engine.processes import cpu_model
from loadtest.engine.viewers import allow_many_files, undisturbed
from tools.services import postgres, valkey

DOCUMENT = ROOT / "docs" / "scaling.md"
PICTURES = DOCUMENT.parent / "curves"

logger = logging.getLogger(__name__)

Measured = dict[str, dict[int, Numbers]]


def main() -> int:
    """Return 0 when everything could be measured, else 1."""
    options = _options()
    allow_many_files()
    started = time.monotonic()
    measured: Measured = {}
    failures: list[str] = []
    facts = _measure(options.only, options.scale, measured, failures)
    minutes = (time.monotonic() - started) / 60
    date = datetime.now(UTC).date().isoformat()
    command = f"python -m laboratory curves {' '.join(sys.argv[1:])}".strip()
    shown = ", ".join(f"{name} {value}" for name, value in facts.items())
    folder = PICTURES.relative_to(DOCUMENT.parent)
    parts = [f"`{command}`, {date}, {minutes:.0f} minutes, on: {shown}."]
    parts += [
        section(FIGURES[name], points, picture=f"{folder}/{name}.svg")
        for name, points in measured.items()
    ]
    if failures:
        parts.append("\n".join(["Not measured:", "", *(f"- {line}" for line in failures)]))
    generated = "\n\n".join(parts)
    say(f"\n{generated}\n")
    if options.markdown:
        options.markdown.write_text(f"{generated}\n", encoding="utf-8")
    if options.write:
        _write(generated, measured)
    if options.json:
        data = {"command": command, "date": date, "facts": facts, "figures": measured}
        options.json.write_text(json.dumps({**data, "failures": failures}, indent=1), "utf-8")
    return 1 if failures else 0


def _measure(
    names: Sequence[str], scale: float, measured: Measured, failures: list[str]
) -> dict[str, str]:
    """Measure figures at all their sizes; return what they ran on. What fails leaves the rest."""
    with (
        tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir,
        postgres() as database_url,
        valkey() as redis_url,
    ):
        halls = sorted({*(_shrunk(seats, SEATS, scale) for seats in SEATS), WATCHED_SEATS})
        say(f"Making halls of {', '.join(f'{seats:,}' for seats in halls)} seats …")
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SEATCAST_DATA_DIR": data_dir,
            "SEATCAST_SECRET_KEY": secrets.token_hex(32),
        }
        environment = Environment.make(settings=settings, seats=halls, scale=scale)
        # As listed: the last sells what the others lock.
        for name in (name for name in FIGURES if name in names):
            figure = FIGURES[name]
            sizes = [_shrunk(size, figure.sizes, scale) for size in figure.sizes]
            # So that a machine that grows slower meanwhile does not look like a slope.
            for size in random.sample(sizes, len(sizes)):
                try:
                    with undisturbed():
                        numbers = uvloop.run(figure.measure(environment, size))
                except Exception as error:
                    logger.exception("%s at %d could not be measured", name, size)
                    reason = f"{type(error).__name__}: {error}".splitlines()[0]
                    failures.append(f"{name}, {size:,} {figure.axis}: {reason}")
                    continue
                shown = json.dumps({key: round(value, 3) for key, value in numbers.items()})
                say(f"{name}, {size:,} {figure.axis}: {shown}")
                measured.setdefault(name, {})[size] = numbers
        return {"CPU": cpu_model(), **machine(), **service_versions(database_url, redis_url)}


def _shrunk(size: int, sizes: Sequence[int], scale: float) -> int:
    """Return a size nearer to the least of them, by the exponent, so that all stay apart."""
    shrunk: float = sizes[0] * (size / sizes[0]) ** scale
    return round(shrunk)


def _write(generated: str, measured: Measured) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(put_between(document, generated, begin=BEGIN, end=END), encoding="utf-8")
    PICTURES.mkdir(exist_ok=True)
    for name, points in measured.items():
        (PICTURES / f"{name}.svg").write_text(picture(FIGURES[name], points), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m laboratory curves", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of it all, to try out")
    parser.add_argument(
        "--only", type=_names, default=list(FIGURES), help=f"some of {','.join(FIGURES)}"
    )
    parser.add_argument("--json", type=Path, help="write all numbers there")
    parser.add_argument("--markdown", type=Path, help="write the tables there")
    parser.add_argument(
        "--write", action="store_true", help="put tables and plots into docs/scaling.md"
    )
    options = parser.parse_args()
    if options.write and (set(options.only) != set(FIGURES) or options.scale != 1):
        parser.error("docs/scaling.md takes all the figures, at their sizes")
    return options


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(FIGURES):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}")
    return names
