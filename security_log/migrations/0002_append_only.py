"""Have the database refuse to change a row of the security log.

Deleting is not refused here: rows that are too old to keep are deleted by the owner of the table.
The role that serves may not (see docs/security.md).
"""

from typing import Any

from django.db import migrations

_CREATE = {
    "postgresql": (
        """
        CREATE FUNCTION security_log_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the security log is append-only';
        END
        $$
        """,
        """
        CREATE TRIGGER security_log_append_only BEFORE UPDATE ON security_log_securityevent
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
    dependencies = [("security_log", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
