"""`python -m loadtest SCENARIO`: load a seat shop, and tell whether it was right.

Without `--url` it runs the real stack for itself, with data of its own. The exit status is 0 when
the verdict is clean, 1 when it is not, and 2 when it was not asked for properly.
"""

import argparse
import json
import logging
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from deploy.console import Problem
from loadtest import report, sale_setup
from loadtest.display import Display, display_for
from loadtest.engine.tls import trust
from loadtest.engine.viewers import allow_many_files
from loadtest.report.assets import ensure_assets
from loadtest.runner import run_scenario
from loadtest.sale_setup import SaleSetup
from loadtest.scenarios import Scenario
from loadtest.scenarios.catalogue import SCENARIOS
from loadtest.scenarios.limits import MOST_SEATS, MOST_SECONDS, MOST_VIEWERS, amount, count
from loadtest.target import LOOPBACK, TargetSite, own_stack, target_at


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (mistake := _mistake(options)) is not None:
        parser.error(mistake)
    options.command = shlex.join(
        ["python", "-m", "loadtest", *(sys.argv[1:] if arguments is None else arguments)]
    )
    logging.basicConfig(format="%(message)s")
    allow_many_files()
    scenario = SCENARIOS[options.scenario]
    display = display_for(scenario.name, is_plain=options.plain)
    try:
        if options.html:
            ensure_assets()
        with (
            _site(options, display) as site,
            _set_up(scenario, options, site, display) as setup,
            display,
        ):
            found = uvloop.run(run_scenario(scenario, options, site, setup, watch=display.follow))
    except Problem as problem:
        print(f"loadtest: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("loadtest: given up", file=sys.stderr)
        return 130
    display.conclude(found)
    if options.json:
        options.json.write_text(json.dumps(found), encoding="utf-8")
        display.say(f"Everything is in {options.json}")
    if options.html:
        report.write(found, options.html)
        display.say(f"The report is {options.html}")
    return 0 if found["verdict"]["is_clean"] else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtest", description=__doc__)
    scenarios = parser.add_subparsers(dest="scenario", required=True, metavar="SCENARIO")
    for scenario in SCENARIOS.values():
        one = scenarios.add_parser(
            scenario.name, help=scenario.summary, description=scenario.summary
        )
        scenario.add_options(one)
        _add_options(one, scenario)
    return parser


def _add_options(parser: argparse.ArgumentParser, scenario: Scenario) -> None:
    load = parser.add_argument_group("its size")
    load.add_argument(
        "--viewers",
        type=count(MOST_VIEWERS, least=scenario.least_viewers),
        default=scenario.viewers,
        help="how many watch over sockets (%(default)s)",
    )
    load.add_argument(
        "--sample",
        type=count(MOST_VIEWERS),
        default=20,
        help="at how many of them it is measured how late they hear of a click (%(default)s)",
    )
    load.add_argument(
        "--seats",
        type=count(MOST_SEATS, least=1),
        default=scenario.seats,
        help="how many the event has that is made (%(default)s)",
    )
    load.add_argument(
        "--seconds",
        type=amount(MOST_SECONDS, least=1),
        default=scenario.seconds,
        help="nothing new is begun after so long (%(default)g)",
    )
    load.add_argument("--seed", type=int, default=1, help="what the dice begin with (%(default)s)")
    where = parser.add_argument_group("the site")
    where.add_argument("--url", help="a site that runs; without it one is brought up")
    where.add_argument(
        "--fixtures", type=Path, help="what `python -m loadtest.fixtures` wrote there"
    )
    where.add_argument("--event", type=int, help="an event that is there; people are registered")
    where.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="who vouches for its certificate (PEM)"
    )
    where.add_argument("--keep", action="store_true", help="leave the event and people behind")
    where.add_argument(
        "--i-own-this-host", action="store_true", dest="is_mine", help="load another machine"
    )
    told = parser.add_argument_group("what is told")
    told.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON")
    told.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts")
    told.add_argument("--plain", action="store_true", help="lines instead of a live table")


def _mistake(options: argparse.Namespace) -> str | None:
    """Return what is wrong with what was asked for."""
    if options.url is None:
        if options.fixtures or options.ca_file or options.event is not None:
            return "--fixtures, --ca-file and --event go with --url"
        return None
    parts = urlsplit(options.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return f"--url: give an address such as http://127.0.0.1:8000, not {options.url!r}"
    options.url = options.url.rstrip("/")
    if parts.hostname not in LOOPBACK and not options.is_mine:
        return (
            f"{parts.hostname} is not this machine. Loading a site that is not yours is an attack: "
            "say --i-own-this-host if it is."
        )
    if options.fixtures and options.event is not None:
        return "--fixtures says which event: leave --event out"
    return None


@contextmanager
def _site(options: argparse.Namespace, display: Display) -> Iterator[TargetSite]:
    if options.url:
        trust(options.ca_file)
        yield target_at(options.url)
        return
    display.say("Starting the real stack …")
    with own_stack() as site:
        yield site


@contextmanager
def _set_up(
    scenario: Scenario, options: argparse.Namespace, site: TargetSite, display: Display
) -> Iterator[SaleSetup]:
    """Get hold of an event and people. Raises: Problem."""
    people = max(1, scenario.people(options))
    if options.fixtures:
        setup = _read(options.fixtures)
        if len(setup.accounts) < people:
            raise Problem(f"{options.fixtures} has {len(setup.accounts):,} people, not {people:,}.")
        yield setup
    elif options.event is not None:
        display.say(f"Registering {people:,} people …")
        yield uvloop.run(
            sale_setup.set_up_by_registering(site, event_id=options.event, people=people)
        )
    elif site.settings is not None:
        display.say(f"Making {people:,} people and an event of {options.seats:,} seats …")
        setup = sale_setup.set_up_beside(site, people=people, seats=options.seats)
        try:
            yield setup
        finally:
            if not site.is_own and not options.keep:
                site.manage("-m", "loadtest.fixtures", "--clear", "--event", f"{setup.event_id}")
    else:
        raise Problem(
            "The data of that site cannot be reached from here. Give --fixtures FILE with what "
            "`python -m loadtest.fixtures` writes there, or --event ID of an event to be sold."
        )


def _read(file: Path) -> SaleSetup:
    try:
        return sale_setup.parse_fixtures(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
