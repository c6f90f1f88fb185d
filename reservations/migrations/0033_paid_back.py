"""Bookings that the box office paid back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    contracts = "No server marks a booking as paid back yet, or confirms one that has ended."
    dependencies = [
        ("reservations", "0032_promo_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reservation",
            name="paid_back_amount",
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="reservation",
            name="paid_back_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the box office paid back what it owed for a booking that had ended.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="paid_back_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("paid_back_amount__isnull", True),
                        ("paid_back_at__isnull", True),
                        ("paid_back_by__isnull", True),
                    ),
                    models.Q(
                        ("paid_back_amount__gt", 0),
                        ("paid_back_at__isnull", False),
                        models.Q(("status", "confirmed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="only_an_ended_reservation_is_paid_back",
            ),
        ),
    ]
