from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0014_seat_features"),
    ]

    operations = [
        migrations.AddField(
            model_name="seat",
            name="group",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The table in the seating plan that it belongs to.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="group_size",
            field=models.PositiveIntegerField(
                db_default=0, default=0, help_text="How many seats the group has; 0 without one."
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="sold_by",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "seat"), (1, "table")], db_default=0, default=0
            ),
        ),
    ]
