"""Steps after a backup was restored, before the servers start.

Ids that were issued after the backup are still in use: sequence numbers by viewers, reservation ids
on tickets, user ids in tokens. They must not be issued again for something else, so the sequences
skip ahead, and viewers load the whole map again.
"""

import secrets

from django.apps import apps
from django.db import connection, models, transaction

from reservations.models import Event

SKIPPED = 1_000_000
"""How many ids of each table to skip: more than were issued since the backup."""


def prepare_restored_database() -> int:
    """Skip ids, and give every event a random layout name; return the number of events.

    The next change of static seat data replaces the name by the layout's hash.
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
