"""The demo events: three in three halls, and optionally one in a stadium."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from reservations.demo import stadium
from reservations.organising.seating import EventDetails
from reservations.plans import pretix
from reservations.plans.grid import grid
from reservations.plans.plan import Plan

CLUB = "The Copper Room"
THEATRE = "Aurelia Theatre"
CHAMBER_HALL = "Lindenhof Chamber Hall"
STADIUM = "Meridian Park"
HALLS = (CLUB, THEATRE, CHAMBER_HALL)
"""The names of the plans, by which demo events are recognised even if they are renamed."""

LISBON, VIENNA = "Europe/Lisbon", "Europe/Vienna"
BERLIN, ATHENS = "Europe/Berlin", "Europe/Athens"
"""Time zone and currency of the demo halls."""

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Show:
    """A demo event. `category_prices` has the prices that differ from the event's.

    `ticket_types` has the prices by category of each ticket type, in the order to choose from.
    """

    details: EventDetails
    plan: Plan
    category_prices: Mapping[str, Decimal]
    ticket_types: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)


def show(hall: str, *, now: datetime) -> Show:
    """Return the event at a hall, in the weeks after `now`."""
    if hall == CLUB:
        return _club(now)
    if hall == THEATRE:
        return _theatre(now)
    return _chamber_hall(now) if hall == CHAMBER_HALL else _stadium(now)


def _club(now: datetime) -> Show:
    details = EventDetails(
        name="Nightjar Quartet: The Late Set",
        venue=CLUB,
        address="Rua do Cobre 7, 1200-109 Lisbon",
        description="Two sets of **small-hours jazz**, a few steps from the bar.\n\n"
        "- Doors at half past eight\n- First set at nine\n- Second set at half past ten",
        date=_evening(now, weeks=3, hour=21, zone=LISBON),
        ends_at=_evening(now, weeks=3, hour=21, zone=LISBON) + timedelta(hours=3),
        time_zone=LISBON,
        price=Decimal("50.00"),
    )
    return Show(details, grid(rows=10, seats=12, name=CLUB), {})


def _theatre(now: datetime) -> Show:
    details = EventDetails(
        name="The Winter's Tale",
        venue=THEATRE,
        address="Aureliagasse 4, 1010 Vienna",
        description="Shakespeare on jealousy and forgiveness. Three hours with one interval.",
        date=_evening(now, weeks=5, hour=19, zone=VIENNA),
        ends_at=_evening(now, weeks=5, hour=19, zone=VIENNA) + timedelta(hours=3),
        time_zone=VIENNA,
        price=Decimal("80.00"),
    )
    prices = {
        "Stalls": Decimal("80.00"),
        "Circle": Decimal("55.00"),
        "Boxes": Decimal("110.00"),
        "Standing": Decimal("15.00"),
    }
    ticket_types = {
        "Reduced": {"Stalls": Decimal("60.00"), "Circle": Decimal("40.00")},
        "Child": {"Stalls": Decimal("25.00"), "Circle": Decimal("17.50")},
    }
    return Show(details, _plan("theatre.json"), prices, ticket_types)


def _chamber_hall(now: datetime) -> Show:
    details = EventDetails(
        name="Schubert: Winterreise",
        venue=CHAMBER_HALL,
        address="Lindenhof 2, 10115 Berlin",
        description="Twenty-four songs for baritone and piano, without an interval.",
        date=_evening(now, weeks=10, hour=20, zone=BERLIN),
        ends_at=_evening(now, weeks=10, hour=20, zone=BERLIN) + timedelta(hours=2),
        time_zone=BERLIN,
        price=Decimal("32.00"),
        sales_open_at=_evening(now, weeks=4, hour=10, zone=BERLIN),
    )
    prices = {"Front": Decimal("45.00"), "Rear": Decimal("32.00")}
    return Show(details, _plan("chamber_hall.json"), prices)


def _stadium(now: datetime) -> Show:
    details = EventDetails(
        name="The Cup Final",
        venue=STADIUM,
        description="Ninety minutes, and perhaps thirty more. Gates open two hours before.",
        date=_evening(now, weeks=7, hour=18, zone=ATHENS),
        time_zone=ATHENS,
        price=Decimal("45.00"),
    )
    prices = {
        stadium.PREMIUM: Decimal("140.00"),
        stadium.LOWER_SIDE: Decimal("95.00"),
        stadium.LOWER_GOAL: Decimal("60.00"),
        stadium.UPPER_SIDE: Decimal("55.00"),
        stadium.UPPER_GOAL: Decimal("35.00"),
        stadium.FAMILY: Decimal("25.00"),
    }
    return Show(details, stadium.stadium(STADIUM), prices)


def _plan(file: str) -> Plan:
    return pretix.read((_HERE / file).read_bytes())


def _evening(now: datetime, *, weeks: int, hour: int, zone: str) -> datetime:
    """Return the first Friday after `weeks` weeks, at a local hour of `zone`."""
    local = ZoneInfo(zone)
    day = now.astimezone(local).date() + timedelta(weeks=weeks)
    friday = day + timedelta(days=(4 - day.weekday()) % 7)
    return datetime.combine(friday, time(hour), tzinfo=local)
