"""The events that all sell, and their people: `python -m loadtest.compare.stage` makes them.

It brings the database up to date, and writes what it made as JSON.
"""

import json

from loadtest.backstage import lasting_token, make_hall, make_people, seats_of

ROWS, SEATS_IN_ROW = 250, 200
SMALL_ROWS, SMALL_SEATS_IN_ROW = 20, 50
# A person takes four seats, so there are enough for all.
PEOPLE = ROWS * SEATS_IN_ROW // 4


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    people = make_people([f"buyer{number}" for number in range(PEOPLE)])
    large = make_hall("Comparison", rows=ROWS, seats_in_row=SEATS_IN_ROW)
    small = make_hall("Comparison", rows=SMALL_ROWS, seats_in_row=SMALL_SEATS_IN_ROW)
    made = {
        "event": large.pk,
        "seats": seats_of(large),
        "small_event": small.pk,
        "small_seats": seats_of(small),
        "first_person": people[0].pk,
        "tokens": [*map(lasting_token, people)],
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main()
