from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    contracts = "Every server stores whose reservation made online it is."

    dependencies = [
        ("reservations", "0041_money_of_the_box_office"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="seatchange",
            name="reason",
            field=models.CharField(
                choices=[
                    ("locked", "locked"),
                    ("extended", "extended"),
                    ("unlocked", "unlocked"),
                    ("expired", "expired"),
                    ("reserved", "reserved"),
                    ("cancelled", "cancelled"),
                    ("lapsed", "lapsed"),
                    ("ended", "ended"),
                    ("blocked", "blocked"),
                    ("unblocked", "unblocked"),
                    ("released", "released"),
                    ("moved", "moved"),
                    ("split", "split"),
                    ("merged", "merged"),
                    ("taken_over", "taken_over"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("user__isnull", False),
                    models.Q(("channel", "online"), _negated=True),
                    _connector="OR",
                ),
                name="a_reservation_made_online_is_a_persons",
            ),
        ),
    ]
