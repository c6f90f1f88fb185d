"""Emptying the tables between tests on committed data."""

from functools import cache

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from reservations.roles import make_roles

_ROLE_MODELS: tuple[type[Model], ...] = (Group, Group.permissions.through)


def empty_tables() -> None:
    """Leave the database as `migrate` makes it.

    Django's `flush` truncates all tables, for which PostgreSQL takes 0.1 s, and makes all content
    types and permissions anew. The roles are copied, since making them takes twenty statements.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _deletions():
            cursor.execute(statement)
        for model, rows in _roles().items():
            model._default_manager.bulk_create(rows)


@cache
def _roles() -> dict[type[Model], list[Model]]:
    """Return the rows that `make_roles` makes in empty tables, which are left empty."""
    with transaction.atomic():
        make_roles(using=connection.alias)
        rows = {model: list(model._default_manager.all()) for model in _ROLE_MODELS}
        transaction.set_rollback(True)
    return rows


@cache
def _deletions() -> list[str]:
    kept = {ContentType._meta.db_table, Permission._meta.db_table}
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    emptied = [table for table in tables if table not in kept]
    if connection.vendor != "postgresql":
        return connection.ops.sql_flush(no_style(), emptied)
    # Without triggers: foreign keys, and those that keep the security log as it is.
    deletions = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in emptied]
    return ["; ".join(["SET LOCAL session_replication_role = replica", *deletions])]
