"""The events that are sold in the benchmark: `python -m loadtest.push.stage` makes them.

It brings the database up to date and writes their ids as JSON: a hall of 50,000 seats for each run.
"""

import json

from loadtest.backstage import make_hall

ROWS, SEATS_IN_ROW = 250, 200
BUYERS = 500


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.models import User

    call_command("migrate", verbosity=0)
    User.objects.bulk_create(
        (
            User(username=f"buyer{number}", folded_username=f"buyer{number}")
            for number in range(BUYERS)
        ),
        ignore_conflicts=True,
    )
    event = make_hall("Benchmark", rows=ROWS, seats_in_row=SEATS_IN_ROW)
    # Nobody is to be refused while it is measured.
    event.seat_cap = ROWS * SEATS_IN_ROW
    event.save(update_fields=["seat_cap"])
    print(json.dumps({"event_id": event.pk}))


if __name__ == "__main__":
    main()
