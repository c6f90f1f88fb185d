"""Queue webhooks, and as many mails: `python -m benchmarks.webhook_queue PORT MESSAGES`.

It runs with the settings of the site, for `benchmarks.webhooks`.
"""

import sys
from itertools import count
from uuid import uuid4

_NAME = "Benchmark of webhooks"
_MESSAGES_PER_BOOKING = 3


def main(port: int, messages: int) -> None:
    import django

    django.setup()

    from django.db import transaction

    from accounts.models import Mail, User
    from organisations.models import Organisation
    from reservations import clock
    from reservations.outbox import Message, MessageKind
    from webhooks import outbox, services
    from webhooks.models import KINDS, Endpoint

    organisation, is_new = Organisation.objects.get_or_create(name=_NAME)
    if is_new:
        url = f"http://127.0.0.1:{port}/"
        services.create(organisation_id=organisation.pk, url=url, kinds=KINDS, description="")
    person, _ = User.objects.get_or_create(username="benchmark-of-mail", email="a@example.org")
    assert Endpoint.objects.filter(organisation=organisation, disabled_at=None).exists()
    # As large as the message of a booking of four seats.
    data = {"booking": {"text": "x" * 1_200}}
    numbers = count()
    with transaction.atomic():
        outbox.write(
            [
                Message(
                    MessageKind.BOOKING_CHANGED, f"{next(numbers) // _MESSAGES_PER_BOOKING}", data
                )
                for _ in range(messages)
            ],
            organisation_id=organisation.pk,
            at=clock.now(),
        )
        # Written by another process than sends them, like those that an unreachable server left.
        Mail.objects.bulk_create(
            Mail(kind=Mail.Kind.CHANGED, address=f"{uuid4().hex}@example.org", person=person)
            for _ in range(messages)
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
