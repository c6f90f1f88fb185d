"""Migrations must be compatible with servers of the release before, which run during an upgrade.

The first migration of an app makes its tables, so no server uses them before.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

from deploy.paths import ROOT

# What the queries of an old server name is gone, or has another name.
TAKES_AWAY = (
    migrations.DeleteModel,
    migrations.RemoveField,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
# Nobody can tell what it does.
OPAQUE = (migrations.RunSQL, migrations.SeparateDatabaseAndState)


def hindrances(migration: migrations.Migration) -> Iterator[str]:
    """Yield what old servers would stumble over.

    A migration that takes something away says in `contracts` since when no server uses it. A check
    of new columns alone is met by their defaults, which are all that old servers write.
    """
    if getattr(migration, "contracts", ""):
        return
    new_columns = {
        operation.name
        for operation in migration.operations
        if isinstance(operation, migrations.AddField)
    }
    made = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, migrations.CreateModel)
    }
    for operation in migration.operations:
        if _checks(operation) and _checks(operation) <= new_columns:
            continue
        if getattr(operation, "model_name_lower", None) not in made and _hinders(operation):
            yield operation.describe()


def _checks(operation: Operation) -> set[str]:
    """Return the columns of a new check constraint; none for other operations."""
    constraint = getattr(operation, "constraint", None)
    if not isinstance(constraint, models.CheckConstraint):
        return set()
    return {name.partition("__")[0] for name in _looked_up(constraint.condition)}


def _looked_up(condition: object) -> Iterator[str]:
    """Yield the lookups of a condition, such as `price__gte`."""
    for child in getattr(condition, "children", ()):
        if isinstance(child, tuple):
            yield child[0]
        else:
            yield from _looked_up(child)


def _hinders(operation: Operation) -> bool:
    if isinstance(operation, migrations.AddField):
        # Django's own default is not in the table: an old server's INSERT leaves it out.
        field = operation.field
        return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)
    if isinstance(operation, migrations.AddConstraint):
        return True
    return isinstance(operation, TAKES_AWAY + OPAQUE)


def our_migrations() -> list[migrations.Migration]:
    found = MigrationLoader(None).disk_migrations.items()
    return [each for (app, _), each in found if Path(apps.get_app_config(app).path).parent == ROOT]


def migration_of(*operations: Operation, contracts: str = "") -> migrations.Migration:
    body = {"operations": list(operations), "contracts": contracts}
    made: type[migrations.Migration] = type("Migration", (migrations.Migration,), body)
    return made("0099_next", "reservations")


@pytest.mark.parametrize("migration", our_migrations(), ids=str)
def test_migrations_are_compatible_with_old_servers(migration: migrations.Migration) -> None:
    assert not list(hindrances(migration))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("seat", "label"),
        migrations.RenameField("seat", "label", "name"),
        migrations.DeleteModel("Payment"),
        migrations.AddField("seat", "row", models.CharField(max_length=9, default="A")),
        migrations.AddConstraint(
            "seat", models.UniqueConstraint(fields=["event", "label"], name="once")
        ),
        migrations.RunSQL("DROP INDEX seat_by_deadline"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_incompatible_operations_are_found(operation: Operation) -> None:
    assert list(hindrances(migration_of(operation))) == [operation.describe()]
    contracts = "Since 1.4 no server asks for it."
    assert not list(hindrances(migration_of(operation, contracts=contracts)))


def test_additions_and_nullable_columns_are_compatible() -> None:
    migration = migration_of(
        migrations.CreateModel("Tour", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddConstraint(
            "tour", models.CheckConstraint(condition=models.Q(id__gt=0), name="positive")
        ),
        migrations.AddField("seat", "row", models.CharField(max_length=9, null=True)),
        migrations.AddField("seat", "col", models.IntegerField(db_default=0)),
    )
    assert not list(hindrances(migration))
