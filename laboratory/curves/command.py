"""`python -m laboratory curves`: what a lock, a change, a viewer and a map cost at four sizes."""

import argparse
import json
import logging
import random
import secrets
from collections.abc import Sequence

import uvloop

from deploy.console import say
from deploy.paths import ROOT
from laboratory.curves.environment import Environment
from laboratory.curves.figures import FIGURES, SEATS, WATCHED_SEATS
from laboratory.curves.plots import picture, section
from laboratory.programs import own_services, service_versions
from laboratory.results import Numbers, Report, parser
from loadtest.engine.viewers import allow_many_files, undisturbed

DOCUMENT = ROOT / "docs" / "scaling.md"
PICTURES = DOCUMENT.parent / "curves"

logger = logging.getLogger(__name__)

Measured = dict[str, dict[int, Numbers]]


def main() -> int:
    """Return 0 when everything could be measured, else 1."""
    options = _options()
    allow_many_files()
    report = Report(name="curves")
    measured = _measure(options.only, options.scale, report)
    folder = PICTURES.relative_to(DOCUMENT.parent)
    if options.write:
        PICTURES.mkdir(exist_ok=True)
        for name, points in measured.items():
            drawn = picture(FIGURES[name], points)
            (PICTURES / f"{name}.svg").write_text(drawn, encoding="utf-8")
    return report.publish(
        options,
        tables=[
            section(FIGURES[name], points, picture=f"{folder}/{name}.svg")
            for name, points in measured.items()
        ],
        data={"figures": measured},
        document=DOCUMENT,
    )


def _measure(names: Sequence[str], scale: float, report: Report) -> Measured:
    """Measure figures at all their sizes. What fails leaves the rest."""
    measured: Measured = {}
    with own_services() as settings:
        halls = sorted({*(_shrunk(seats, SEATS, scale) for seats in SEATS), WATCHED_SEATS})
        say(f"Making halls of {', '.join(f'{seats:,}' for seats in halls)} seats …")
        settings["SEATCAST_SECRET_KEY"] = secrets.token_hex(32)
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
                    report.fail(f"{name}, {size:,} {figure.axis}", error)
                    continue
                shown = json.dumps({key: round(value, 3) for key, value in numbers.items()})
                say(f"{name}, {size:,} {figure.axis}: {shown}")
                measured.setdefault(name, {})[size] = numbers
        report.facts |= service_versions(settings["DATABASE_URL"], settings["REDIS_URL"])
    return measured


def _shrunk(size: int, sizes: Sequence[int], scale: float) -> int:
    """Return a size nearer to the least of them, by the exponent, so that all stay apart."""
    shrunk: float = sizes[0] * (size / sizes[0]) ** scale
    return round(shrunk)


def _options() -> argparse.Namespace:
    made = parser("curves", description=__doc__, figures=FIGURES)
    made.add_argument(
        "--write", action="store_true", help="put tables and plots into docs/scaling.md"
    )
    options = made.parse_args()
    if options.write and (set(options.only) != set(FIGURES) or options.scale != 1):
        made.error("docs/scaling.md takes all the figures, at their sizes")
    return options
