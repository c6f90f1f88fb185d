import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

_REASONS = (
    *("locked", "extended", "unlocked", "expired", "reserved", "cancelled", "lapsed", "ended"),
    *("blocked", "unblocked", "released"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0026_refuse_orphans"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Allocation",
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
                        choices=[("block", "block"), ("name", "name"), ("channel", "channel")],
                        max_length=10,
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        help_text="The reason, the person's name, or the channel's.",
                        max_length=200,
                    ),
                ),
                (
                    "until",
                    models.DateTimeField(null=True, help_text="Empty: until they are unblocked."),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(null=True, help_text="When its seats were freed by time."),
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
                        related_name="allocations",
                        to="reservations.event",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["event"], name="allocation_by_event"),
                    models.Index(
                        condition=Q(until__isnull=False, ended_at__isnull=True),
                        fields=["until"],
                        name="allocation_to_end",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="seat",
            name="allocation",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                help_text="What a blocked seat is kept for.",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="seats",
                to="reservations.allocation",
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=Q(allocation__isnull=False),
                fields=["allocation"],
                name="seat_by_allocation",
            ),
        ),
        migrations.AddField(
            model_name="seatchange",
            name="allocation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="reservations.allocation",
            ),
        ),
        migrations.AlterField(
            model_name="seatchange",
            name="reason",
            field=models.CharField(
                choices=[(reason, reason) for reason in _REASONS], max_length=10
            ),
        ),
        migrations.AddIndex(
            model_name="seatchange",
            index=models.Index(
                condition=Q(reason="released"), fields=["event", "at"], name="seat_change_released"
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="channel",
            field=models.CharField(
                choices=[("online", "online"), ("box_office", "box_office"), ("comp", "comp")],
                db_default="online",
                default="online",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="buyer_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of a buyer without an account.",
                max_length=150,
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="buyer_email",
            field=models.EmailField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="user",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose account booked it. Empty: sold at the box office.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
