"""The events and people that benchmarks use: `python -m laboratory.fixtures NAME`,
where NAME is compare, push, curves or hostile.

It migrates the database of the settings it runs with, creates what the benchmark needs, and writes
the result to standard output as JSON.
"""

import json
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from loadtest.fixtures import create_grid_event, create_people, long_lived_token, seat_ids

if TYPE_CHECKING:
    from accounts.models import User
    from reservations.models import Event

# The large hall.
ROWS, SEATS_IN_ROW = 250, 200
_SMALL_ROWS, _SMALL_SEATS_IN_ROW = 20, 50
_BUYERS = 500


def main(benchmark: str, *arguments: str) -> None:
    """Create the fixtures of a benchmark and print them as JSON."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fixtures = {"compare": _compare, "push": _push, "curves": _curves, "hostile": _hostile}
    print(json.dumps(fixtures[benchmark](*arguments)))


def _compare() -> dict[str, Any]:
    """Create a large and a small event, and enough people to buy all seats, four each."""
    people = _people(ROWS * SEATS_IN_ROW // 4)
    large = create_grid_event("Comparison", rows=ROWS, seats_in_row=SEATS_IN_ROW)
    small = create_grid_event("Comparison", rows=_SMALL_ROWS, seats_in_row=_SMALL_SEATS_IN_ROW)
    return {
        "event": large.pk,
        "seats": seat_ids(large),
        "small_event": small.pk,
        "small_seats": seat_ids(small),
        "first_person": people[0].pk,
        "tokens": [*map(long_lived_token, people)],
    }


def _push() -> dict[str, Any]:
    """Create a large event whose seat cap refuses nobody; the people are shared by all rounds."""
    from accounts.models import User

    if not User.objects.filter(username="buyer0").exists():
        _people(_BUYERS)
    event = create_grid_event("Benchmark", rows=ROWS, seats_in_row=SEATS_IN_ROW)
    event.seat_cap = ROWS * SEATS_IN_ROW
    event.save(update_fields=["seat_cap"])
    return {"event_id": event.pk}


def _curves(*sizes: str) -> dict[str, Any]:
    """Create an event for each number of seats."""
    people = _people(_BUYERS)
    halls = {}
    for seats in map(int, sizes):
        in_row = min(SEATS_IN_ROW, seats)
        event = create_grid_event(f"Hall of {seats}", rows=-(-seats // in_row), seats_in_row=in_row)
        halls[seats] = {"event": event.pk, "seats": seat_ids(event)[:seats]}
    return {"halls": halls, "tokens": [*map(long_lived_token, people)]}


def _hostile() -> dict[str, Any]:
    """Create buyers who lock seats, and attackers: a buyer, an organiser and one who pays."""
    from accounts.models import User
    from reservations.models import Reservation

    event = create_grid_event("Sale", rows=40, seats_in_row=50)
    event.seat_cap = ROWS
    event.save(update_fields=["seat_cap"])
    free = create_grid_event("Free", rows=2, seats_in_row=10)
    free.price = Decimal(0)
    free.save(update_fields=["price"])
    names = [f"locker{number}" for number in range(60)]
    people = create_people(names)
    buyer, payer, organiser = create_people(["slow-buyer", "slow-payer", "slow-organiser"])
    User.objects.filter(pk=organiser.pk).update(is_superuser=True)
    booking = _buy(free, buyer)["reservation"]["id"]
    Reservation.objects.filter(public_id=booking).update(
        user=buyer, buyer_name="王小明 محمد العربي สมชาย ใจดี 김철수 हिन्दी"
    )
    return {
        "event_id": event.pk,
        "seats": seat_ids(event),
        "people": [*map(long_lived_token, people)],
        "booking": booking,
        "buyer": long_lived_token(buyer),
        "payer": long_lived_token(payer),
        "organiser": long_lived_token(organiser),
        "payment": _buy(event, payer)["open_payment"],
    }


def _buy(event: "Event", person: "User") -> Any:
    """Return the answer to a person who locks the event's last seat and reserves it by card."""
    from reservations.bookings import command_queue
    from reservations.domain.commands import LockSeats
    from reservations.domain.states import Person
    from reservations.payments.checkout import Order, reserve

    actor, seat = Person(person.pk, person.username), seat_ids(event)[-1]
    command_queue.submit(event_id=event.pk, command=LockSeats(actor, (seat,)))
    order = Order(event_id=event.pk, actor=actor, seat_ids=(seat,), payment_method="card")
    return reserve(order)


def _people(count: int) -> list["User"]:
    return create_people([f"buyer{number}" for number in range(count)])


if __name__ == "__main__":
    main(*sys.argv[1:])
