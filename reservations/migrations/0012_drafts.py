from django.db import migrations, models


class Migration(migrations.Migration):
    # Servers of 0011 show a draft to nobody who is not signed in.
    dependencies = [("reservations", "0011_events_are_indexed_by_date")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("draft", "Draft: organisers only, not on sale"),
                    ("public", "Everyone"),
                    ("members", "Members only"),
                ],
                default="public",
                max_length=10,
            ),
        ),
    ]
