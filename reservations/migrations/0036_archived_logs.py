from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0035_pruned_logs")]

    operations = [
        migrations.CreateModel(
            name="ArchivedLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField()),
                (
                    "sha256",
                    models.CharField(help_text="As in the last line of the file.", max_length=64),
                ),
                ("written_at", models.DateTimeField(help_text="When the file was written.")),
                (
                    "removed_at",
                    models.DateTimeField(help_text="When the removal of rows began."),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="archived_logs",
                        to="reservations.event",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "seq"), name="a_log_is_archived_once_up_to_a_number"
                    )
                ],
            },
        ),
    ]
