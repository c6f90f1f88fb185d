from django.db import migrations

from reservations.public_ids import RandomPublicId

BATCH_ROWS = 5_000


def give_public_ids(apps, schema_editor):
    """Give every booking a public id, some thousands in a transaction, while the site is open."""
    database = schema_editor.connection.alias
    without = (
        apps.get_model("reservations", "Reservation")
        .objects.using(database)
        .filter(public_id=None)
        .order_by("pk")
    )
    last = 0
    while ids := list(without.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH_ROWS]):
        without.filter(pk__gt=last, pk__lte=ids[-1]).order_by().update(public_id=RandomPublicId())
        last = ids[-1]


class Migration(migrations.Migration):
    """If it is interrupted, it goes on where it was."""

    atomic = False

    dependencies = [("reservations", "0007_entries_and_public_ids")]

    operations = [migrations.RunPython(give_public_ids, migrations.RunPython.noop, atomic=False)]
