"""`python -m loadtest SCENARIO`: load a Seatcast site, and check that it behaved correctly.

Without `--url` it starts the real stack with temporary data. The exit status is 0 if the verdict is
clean, 1 if not, and 2 if the run was impossible.
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
    """Run a scenario; return the exit status."""
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
        print("loadtest: interrupted", file=sys.stderr)
        return 130
    display.conclude(found)
    if options.json:
        options.json.write_text(json.dumps(found), encoding="utf-8")
        display.say(f"The result is in {options.json}")
    if options.html:
        report.write(found, options.html)
        display.say(f"The report is in {options.html}")
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
    load = parser.add_argument_group("size")
    load.add_argument(
        "--viewers",
        type=count(MOST_VIEWERS, least=scenario.least_viewers),
        default=scenario.viewers,
        help="viewers on WebSockets (%(default)s)",
    )
    load.add_argument(
        "--sample",
        type=count(MOST_VIEWERS),
        default=20,
        help="viewers whose delay from click to frame is measured (%(default)s)",
    )
    load.add_argument(
        "--seats",
        type=count(MOST_SEATS, least=1),
        default=scenario.seats,
        help="seats of the event that is created (%(default)s)",
    )
    load.add_argument(
        "--seconds",
        type=amount(MOST_SECONDS, least=1),
        default=scenario.seconds,
        help="duration, after which nothing new starts (%(default)g)",
    )
    load.add_argument(
        "--seed", type=int, default=1, help="seed of the random numbers (%(default)s)"
    )
    where = parser.add_argument_group("the site")
    where.add_argument("--url", help="a running site (default: start one)")
    where.add_argument("--fixtures", type=Path, help="the output of `python -m loadtest.fixtures`")
    where.add_argument("--event", type=int, help="an existing event; people are registered")
    where.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="certificate authority of the site (PEM)"
    )
    where.add_argument("--keep", action="store_true", help="do not remove the event and people")
    where.add_argument(
        "--i-own-this-host", action="store_true", dest="is_mine", help="allow another machine"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    output.add_argument("--html", type=Path, metavar="FILE", help="write a report with charts")
    output.add_argument("--plain", action="store_true", help="print lines instead of a live table")


def _mistake(options: argparse.Namespace) -> str | None:
    """Return what is wrong with the options, or None."""
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
            "pass --i-own-this-host if it is."
        )
    if options.fixtures and options.event is not None:
        return "--fixtures names an event already: omit --event"
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
    """Yield an event and people to buy its seats. Raises: Problem."""
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
            "The database of that site is not accessible from here. Pass --fixtures FILE with the "
            "output of `python -m loadtest.fixtures`, or --event ID of an existing event."
        )


def _read(file: Path) -> SaleSetup:
    try:
        return sale_setup.parse_fixtures(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
