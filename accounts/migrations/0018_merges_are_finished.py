from django.db import migrations, models


class Migration(migrations.Migration):
    contracts = "No older servers run beside those that merge in two steps."

    dependencies = [
        ("accounts", "0017_search_by_words"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="merging_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("merging_since__isnull", False)),
                fields=["merging_since"],
                name="guest_to_be_merged",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(
                        ("email", ""), ("first_name", ""), ("is_active", False), ("last_name", "")
                    ),
                    _connector="OR",
                ),
                name="a_merged_guest_is_closed_and_nameless",
            ),
        ),
    ]
