from django.db import migrations, models

import reservations.public_ids


class Migration(migrations.Migration):
    dependencies = [("reservations", "0008_give_bookings_public_ids")]

    operations = [
        migrations.AlterField(
            model_name="reservation",
            name="public_id",
            field=models.CharField(
                "number",
                max_length=16,
                unique=True,
                editable=False,
                default=reservations.public_ids.new_public_id,
                db_default=reservations.public_ids.RandomPublicId(),
            ),
        ),
    ]
