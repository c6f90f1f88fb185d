from django.db import migrations, models

import reservations.time_zones


def name_the_site_s_zone(apps, schema_editor):  # noqa: ARG001
    """Put the events that there are into the zone of the site."""
    event = apps.get_model("reservations", "Event")
    event.objects.update(time_zone=reservations.time_zones.default_time_zone())


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0005_purchase_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="time_zone",
            field=models.CharField(
                db_default="UTC",
                default=reservations.time_zones.default_time_zone,
                help_text=(
                    "Where it takes place, such as Europe/Berlin: its times are told in this zone."
                ),
                max_length=64,
                validators=[reservations.time_zones.require_time_zone],
            ),
        ),
        migrations.RunPython(name_the_site_s_zone, migrations.RunPython.noop),
    ]
