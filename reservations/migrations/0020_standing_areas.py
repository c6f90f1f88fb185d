import reservations.domain.states
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0019_seating_plans"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="seat",
            name="group",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The table or standing area in the seating plan that it belongs to.",
                max_length=100,
            ),
        ),
        migrations.AlterField(
            model_name="seat",
            name="sold_by",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "seat"), (1, "table"), (2, "number")], db_default=0, default=0
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(
                    ("sold_by", 2),
                    (
                        "status__in",
                        [
                            reservations.domain.states.SeatStatus["AVAILABLE"],
                            reservations.domain.states.SeatStatus["LOCKED"],
                        ],
                    ),
                ),
                fields=["event", "group", "id"],
                name="place_to_sell",
            ),
        ),
    ]
