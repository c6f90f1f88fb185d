import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0017_ticket_types"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="companions_held_until",
            field=models.DateTimeField(
                blank=True,
                help_text="Until when companion seats are sold only with their accessible seat. Empty: always.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="companion_of",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The accessible seat whose companion sits here.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="companions",
                to="reservations.seat",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="features",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="The sum of: 1 accessible (wheelchair place), 2 restricted view, 4 on an aisle.",
                validators=[django.core.validators.MaxValueValidator(7)],
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="note",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="For buyers.", max_length=200
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("companion_of__isnull", False)),
                fields=["companion_of"],
                name="seat_by_accompanied",
            ),
        ),
    ]
