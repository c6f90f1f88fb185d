"""Promo codes, and the seats that are held and sold with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0031_conflict_minutes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="seat",
            name="allocation",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                help_text="What a blocked seat is kept for, also while it is held with a promo code.",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="seats",
                to="reservations.allocation",
            ),
        ),
        migrations.CreateModel(
            name="PromoCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("max_seats", models.PositiveIntegerField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "allocation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promo_codes",
                        to="reservations.allocation",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promo_codes",
                        to="reservations.event",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="reservationseat",
            name="promo_code",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="With which its buyer held it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sold",
                to="reservations.promocode",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="promo_code",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                help_text="With which its holder locked it.",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="reservations.promocode",
            ),
        ),
        migrations.AddIndex(
            model_name="reservationseat",
            index=models.Index(
                condition=models.Q(("promo_code__isnull", False)),
                fields=["promo_code"],
                name="sold_by_promo_code",
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("promo_code__isnull", False)),
                fields=["promo_code"],
                name="seat_by_promo_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.UniqueConstraint(
                fields=("event", "code"), name="a_promo_code_is_unique_in_its_event"
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_seats__gte", 1)),
                name="a_promo_code_is_for_a_seat_at_least",
            ),
        ),
    ]
