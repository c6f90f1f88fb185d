"""Give scans ids of the server's own: those that doors choose can be equal at two doors.

No release had the old table, so its rows are not kept.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("doors", "0001_initial"),
        ("reservations", "0037_seats_are_counted_by_mailbox_and_network"),
    ]

    operations = [
        migrations.DeleteModel(name="Scan"),
        migrations.CreateModel(
            name="Scan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scan_id", models.UUIDField(help_text="The door's own id of it.")),
                ("was_admitted", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "received_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("admitted", "Admitted"),
                            ("double", "Double"),
                            ("invalid", "Invalid"),
                            ("refused", "Refused"),
                            ("refused_wrongly", "Refused Wrongly"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="Why, as in the API's errors.", max_length=40
                    ),
                ),
                (
                    "details",
                    models.JSONField(default=dict, help_text="Seats, and entries before this one."),
                ),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scans",
                        to="doors.door",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reservations.event",
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reservations.reservation",
                    ),
                ),
            ],
            options={
                "ordering": ["received_at", "pk"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "received_at"], name="scan_by_event")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["door", "scan_id"], name="a_scan_of_a_door_is_recorded_once"
                    )
                ],
            },
        ),
    ]
