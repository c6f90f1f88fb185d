"""The security log, append-only: the database refuses to change a row of it.

Deleting is not refused here: rows that are too old to keep are deleted by the owner of the table.
The role that serves may not (see docs/security.md).
"""

from typing import Any

import django.db.models.functions.datetime
from django.db import migrations, models


# Written so that an interrupted migration can be run again.
_CREATE = {
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION security_log_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the security log is append-only';
        END
        $$
        """,
        """
        CREATE OR REPLACE TRIGGER security_log_append_only
        BEFORE UPDATE ON security_log_securityevent
        FOR EACH STATEMENT EXECUTE FUNCTION security_log_refuse_update()
        """,
    ),
    "sqlite": (
        """
        CREATE TRIGGER security_log_append_only BEFORE UPDATE ON security_log_securityevent
        BEGIN
            SELECT RAISE(ABORT, 'the security log is append-only');
        END
        """,
    ),
}
_DROP = {
    "postgresql": (
        "DROP TRIGGER security_log_append_only ON security_log_securityevent",
        "DROP FUNCTION security_log_refuse_update()",
    ),
    "sqlite": ("DROP TRIGGER security_log_append_only",),
}


def create(_apps: Any, schema_editor: Any) -> None:
    for statement in _CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(_apps: Any, schema_editor: Any) -> None:
    for statement in _DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), db_index=True
                    ),
                ),
                ("kind", models.CharField(help_text="One of the words of `Kind`.", max_length=32)),
                (
                    "actor_id",
                    models.BigIntegerField(
                        help_text="Who did it; null: nobody signed in.", null=True
                    ),
                ),
                (
                    "subject_id",
                    models.BigIntegerField(help_text="The account that it was done to.", null=True),
                ),
                (
                    "event_id",
                    models.BigIntegerField(help_text="The event that it was done to.", null=True),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(
                        help_text="The organisation that it was done to.", null=True
                    ),
                ),
                (
                    "address",
                    models.CharField(blank=True, help_text="The client's network.", max_length=64),
                ),
                (
                    "request_id",
                    models.UUIDField(
                        help_text="The web request, as in the server's logs.", null=True
                    ),
                ),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["subject_id", "-id"], name="security_event_by_subject"),
                    models.Index(fields=["actor_id", "-id"], name="security_event_by_actor"),
                    models.Index(
                        condition=models.Q(("event_id__isnull", False)),
                        fields=["event_id", "-id"],
                        name="security_event_by_event",
                    ),
                    models.Index(
                        condition=models.Q(("organisation_id__isnull", False)),
                        fields=["organisation_id", "-id"],
                        name="security_event_by_organisation",
                    ),
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
