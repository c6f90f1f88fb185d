"""What must be done when a backup has become the database, before anybody is let in.

What was handed out after the backup was made is still in people's hands, and would name something
else as soon as its number was given out again: a viewer's place in the changes, a booking's number
on a ticket, a person's in a token. So no number is given out twice, and who watches is shown the
whole map.
"""

import secrets

from django.apps import apps
from django.db import connection, models, transaction

from reservations.models import Event

SKIPPED = 1_000_000
"""How many numbers of each table are never given out: more than were since the backup."""


def start_anew() -> int:
    """Skip numbers, and give every event a new layout name; return how many events there are.

    The name is the layout's until the next change of the seats, which gives it one by its content.
    """
    with transaction.atomic():
        _skip_numbers()
        events = list(Event.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        for event_id in events:
            Event.objects.filter(pk=event_id).update(layout=secrets.token_hex(8))
    return len(events)


def _skip_numbers() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s", [SKIPPED])
            return
        for model in apps.get_models(include_auto_created=True):
            key = model._meta.pk
            if isinstance(key, models.AutoField | models.BigAutoField) and model._meta.managed:
                cursor.execute(
                    "SELECT setval(serial, nextval(serial) + %s)"
                    " FROM pg_get_serial_sequence(%s, %s) AS serial",
                    [SKIPPED, f'"{model._meta.db_table}"', key.column],
                )
