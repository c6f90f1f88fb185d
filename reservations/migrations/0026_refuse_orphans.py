from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0025_announcements")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="orphan_rule",
            field=models.CharField(
                choices=[
                    ("warn", "Warn the buyer"),
                    ("refuse", "Refuse the booking"),
                    ("off", "Nothing"),
                ],
                db_default="warn",
                default="warn",
                help_text="What is done if a buyer leaves a single free seat between taken ones.",
                max_length=10,
            ),
        ),
    ]
