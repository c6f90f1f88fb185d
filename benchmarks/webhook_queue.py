"""Queue webhooks, and as many mails: `python -m benchmarks.webhook_queue PORT MESSAGES`.

It runs with the settings of the site, for `benchmarks.webhooks`.
"""

import sys
from uuid import uuid4

_ORGANISATIONS = 4
_MESSAGES_PER_BOOKING = 3


def main(port: int, messages: int) -> None:
    import django

    django.setup()

    from django.db import transaction

    from accounts.mail_limits import recipient_key
    from accounts.models import Mail, User
    from organisations.models import Organisation
    from reservations import clock
    from reservations.outbox import Message, MessageKind
    from webhooks import outbox, services
    from webhooks.models import KINDS

    person, _ = User.objects.get_or_create(username="benchmark-of-mail", email="a@example.org")
    for number in range(_ORGANISATIONS):
        organisation, is_new = Organisation.objects.get_or_create(name=f"Benchmark {number}")
        if is_new:
            url = f"http://127.0.0.1:{port}/{number}"
            services.create(organisation_id=organisation.pk, url=url, kinds=KINDS, description="")
        # As large as the message of a booking of four seats.
        data = {"booking": {"text": "x" * 1_200}}
        places = range(messages // _ORGANISATIONS)
        with transaction.atomic():
            outbox.write(
                [
                    Message(MessageKind.BOOKING_CHANGED, str(place // _MESSAGES_PER_BOOKING), data)
                    for place in places
                ],
                organisation_id=organisation.pk,
                at=clock.now(),
            )
    addresses = [f"{uuid4().hex}@example.org" for _ in range(messages)]
    Mail.objects.bulk_create(
        Mail(
            kind=Mail.Kind.CHANGED, address=address, recipient=recipient_key(address), person=person
        )
        for address in addresses
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
