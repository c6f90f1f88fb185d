"""Bookings that were moved, split off or merged, their settlements, and what they are searched by."""

import django.db.models.deletion
import reservations.domain.states
import security_log.prefixes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0027_box_office"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DemoRefund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=32, unique=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="GivenUpSeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("difference", "Paid or paid back at the box office, for other seats"),
                            ("refund", "Refunded by the provider, for cheaper seats"),
                            ("cancelled", "Refunded by the provider, for a cancelled booking"),
                            ("transfer", "From or to another booking, with its seats"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True, help_text="Of what was paid or refunded.", max_length=32
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                ("reference", models.CharField(blank=True, default="", max_length=32)),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[("refund_due", "refund_due"), ("refunded", "refunded")],
                        help_text="Of a refund by the provider.",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="reservation",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="The booking that has its seats and its money; it is cancelled itself.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.reservation",
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="seats_changed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Since when it has its seats, if not from the start.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="split_from",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="The booking of which it was a part; it has the time at which that was made.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.reservation",
            ),
        ),
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
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["event", "-id"], name="reservation_by_event"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("status", "confirmed"), _negated=True),
                fields=["event", "status", "-id"],
                name="reservation_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(
                    ("paid_at__isnull", True),
                    ("payment_due_at__isnull", False),
                    ("status", "confirmed"),
                ),
                fields=["event", "-id"],
                name="reservation_to_be_paid",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                models.F("event"),
                security_log.prefixes.Folded("buyer_name"),
                condition=models.Q(("buyer_name", ""), _negated=True),
                name="reservation_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                models.F("event"),
                security_log.prefixes.Folded("buyer_email"),
                condition=models.Q(("buyer_email", ""), _negated=True),
                name="reservation_by_email",
            ),
        ),
        migrations.AddField(
            model_name="demorefund",
            name="charge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="refunds",
                to="reservations.democharge",
            ),
        ),
        migrations.AddField(
            model_name="givenupseat",
            name="event",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.event",
            ),
        ),
        migrations.AddField(
            model_name="givenupseat",
            name="new_reservation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.reservation",
            ),
        ),
        migrations.AddField(
            model_name="givenupseat",
            name="new_seat",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.seat",
            ),
        ),
        migrations.AddField(
            model_name="givenupseat",
            name="reservation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="given_up",
                to="reservations.reservation",
            ),
        ),
        migrations.AddField(
            model_name="givenupseat",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.seat",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.event",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="other",
            field=models.ForeignKey(
                db_index=False,
                help_text="Of a transfer: the other booking.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reservations.reservation",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="payment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="reservations.payment",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="reservation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settlements",
                to="reservations.reservation",
            ),
        ),
        migrations.AddConstraint(
            model_name="givenupseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("new_reservation__isnull", True), ("new_seat__isnull", False)),
                    models.Q(("new_reservation__isnull", False), ("new_seat__isnull", True)),
                    _connector="OR",
                ),
                name="a_seat_is_given_up_for_a_seat_or_a_booking",
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(
                condition=models.Q(
                    ("status", reservations.domain.states.PaymentStatus["REFUND_DUE"])
                ),
                fields=["updated_at"],
                name="settlement_unfinished",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount__lt", 0),
                        ("kind__in", ["refund", "cancelled"]),
                        ("payment__isnull", False),
                        ("reference__gt", ""),
                        (
                            "status__in",
                            [
                                reservations.domain.states.PaymentStatus["REFUND_DUE"],
                                reservations.domain.states.PaymentStatus["REFUNDED"],
                            ],
                        ),
                    ),
                    models.Q(
                        ("kind__in", ["difference", "transfer"]), ("reference", ""), ("status", "")
                    ),
                    _connector="OR",
                ),
                name="a_refund_names_its_payment",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference__gt", "")),
                fields=("reference",),
                name="a_refund_has_its_own_reference",
            ),
        ),
    ]
