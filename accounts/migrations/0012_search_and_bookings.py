"""Accounts are searched by the beginnings of their names and addresses."""

import security_log.prefixes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_mail_about_events"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("link", "Link"),
                    ("changed", "Changed"),
                    ("verify", "Verify"),
                    ("moving", "Moving"),
                    ("moved", "Moved"),
                    ("seats", "Seats"),
                    ("booking", "Booking"),
                    ("invited", "Invited"),
                    ("cancelled", "Cancelled"),
                    ("webhook", "Webhook"),
                    ("booked", "Booked"),
                    ("event", "Changed Event"),
                    ("reminder", "Reminder"),
                    ("guest", "Guest"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(security_log.prefixes.Folded("username"), name="user_by_name"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                security_log.prefixes.Folded("first_name"),
                condition=models.Q(("first_name", ""), _negated=True),
                name="user_by_first_name",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                security_log.prefixes.Folded("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="user_by_email",
            ),
        ),
    ]
