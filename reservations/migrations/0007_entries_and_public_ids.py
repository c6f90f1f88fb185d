import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import reservations.public_ids


class Migration(migrations.Migration):
    """Add the columns, in no time. Servers of the release before have the database fill them."""

    dependencies = [
        ("reservations", "0006_time_zones"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("gate", models.CharField(blank=True, max_length=40)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.event",
                    ),
                ),
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entry",
                        to="reservations.reservationseat",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "permissions": [("scan_ticket", "Can check tickets and record entry")],
                "default_permissions": (),
            },
        ),
        # A default that is added with its column makes PostgreSQL write the whole table anew.
        migrations.AddField(
            model_name="reservation",
            name="public_id",
            field=models.CharField("number", max_length=16, null=True, editable=False),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="public_id",
            field=models.CharField(
                "number",
                max_length=16,
                null=True,
                editable=False,
                default=reservations.public_ids.new_public_id,
                db_default=reservations.public_ids.RandomPublicId(),
            ),
        ),
    ]
