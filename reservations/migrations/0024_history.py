"""Tell from which sequence number on each event's change log is complete."""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, Max
from django.utils import timezone

# The newest part of the log, which no release has ever pruned.
_NEVER_PRUNED = timedelta(days=1)


def note_pruned_logs(apps: Any, _schema_editor: Any) -> None:
    """Count the log of an event with missing numbers as complete from its newest day on."""
    events = apps.get_model("reservations", "Event").objects
    changes = apps.get_model("reservations", "SeatChange").objects
    for event_id, last in events.filter(change_seq__gt=0).values_list("pk", "change_seq"):
        log = changes.filter(event_id=event_id)
        if log.aggregate(numbers=Count("seq", distinct=True))["numbers"] < last:
            old = log.filter(at__lt=timezone.now() - _NEVER_PRUNED)
            events.filter(pk=event_id).update(
                history_since=old.aggregate(last=Max("seq"))["last"] or 0
            )


class Migration(migrations.Migration):
    dependencies = [("reservations", "0022_orphan_rule")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="history_since",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="The sequence number from which on the change log is complete.",
            ),
        ),
        # In one transaction it would lock each event until the logs of all were read.
        migrations.RunPython(note_pruned_logs, migrations.RunPython.noop, atomic=False),
        migrations.AddIndex(
            model_name="seatchange",
            index=models.Index(fields=["seat", "seq"], name="seat_change_by_seat"),
        ),
        # The index above serves in place of the column's own.
        migrations.AlterField(
            model_name="seatchange",
            name="seat",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="reservations.seat",
            ),
        ),
    ]
