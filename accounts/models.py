"""Who somebody is."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models


def folded(username: str) -> str:
    """Return a name as names are compared: those that differ in case only are one."""
    return username.casefold()


class FoldedUsernameField(models.CharField):  # type: ignore[type-arg]
    """The folded username of its row, written whenever the row is."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002
        person: Any = model_instance
        person.folded_username = folded(person.username)
        return str(person.folded_username)


class User(AbstractUser):
    """A buyer, or with `is_staff` an organiser. The username is the name that others see.

    Names that differ in case only would be taken for one another on the seat map, so the database
    forbids them. Folding makes a name three times as long at the most.
    """

    folded_username = FoldedUsernameField(max_length=450, unique=True, editable=False)
