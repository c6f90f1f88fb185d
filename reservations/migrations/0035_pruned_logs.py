from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0034_payments_are_found_by_their_provider")]

    operations = [
        migrations.CreateModel(
            name="PrunedLog",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pruned_log",
                        serialize=False,
                        to="reservations.event",
                    ),
                ),
                ("seq", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
    ]
