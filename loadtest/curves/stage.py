"""The halls that are measured, and their people: `python -m loadtest.curves.stage SEATS …`.

It brings the database up to date, and writes what it made as JSON: a hall for each number of seats.
"""

import json
import sys

from loadtest.backstage import lasting_token, make_hall, make_people, seats_of

PEOPLE = 500
SEATS_IN_ROW = 200


def main(sizes: list[int]) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    people = make_people([f"buyer{number}" for number in range(PEOPLE)])
    halls = {}
    for seats in sizes:
        in_row = min(SEATS_IN_ROW, seats)
        event = make_hall(f"Hall of {seats}", rows=-(-seats // in_row), seats_in_row=in_row)
        halls[seats] = {"event": event.pk, "seats": seats_of(event)[:seats]}
    print(json.dumps({"halls": halls, "tokens": [*map(lasting_token, people)]}))


if __name__ == "__main__":
    main([int(seats) for seats in sys.argv[1:]])
