"""System checks of the reservations app."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import models
from django.test.utils import isolate_apps

from reservations import checks

pytestmark = pytest.mark.any_database


def _ids() -> set[str | None]:
    return {found.id for found in run_checks(databases=None)}


@isolate_apps("accounts")
def _people(key: Any) -> Any:
    """Return a model that extends one of people with another primary key."""
    meta = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "accounts"})}
    person = type("Person", (models.Model,), {"id": key, **meta})
    return type("Member", (person,), meta)


def test_the_default_user_model_passes() -> None:
    assert "seatcast.E001" not in _ids()


@pytest.mark.parametrize(
    ("key", "is_refused"),
    [
        (models.UUIDField(primary_key=True), True),
        (models.CharField(primary_key=True, max_length=9), True),
        (models.BigAutoField(primary_key=True), False),
        (models.PositiveIntegerField(primary_key=True), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_user_model_without_an_integer_key_is_refused(
    key: Any, is_refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "get_user_model", lambda: _people(key))
    assert ("seatcast.E001" in _ids()) == is_refused
    if is_refused:
        with pytest.raises(SystemCheckError, match=type(key).__name__):
            call_command("check")
