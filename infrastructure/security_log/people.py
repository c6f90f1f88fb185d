"""Names of people: what they may contain, and how organisers and mail call somebody."""

import unicodedata
from typing import Any

from django.db.models import Case, CharField, F, Q, When
from rest_framework import serializers

_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5")
"""Letters that are not visible."""
_JOINERS = frozenset("\u200c\u200d")
"""Between letters of some scripts, such as in Persian names."""
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def is_visible(text: str) -> bool:
    """Return whether a text is on one line, of characters that can be seen.

    It has no control characters, and none that change the direction of what follows.
    """
    return all(
        each in _JOINERS or not (each in _FILLERS or unicodedata.category(each) in _HIDDEN)
        for each in text
    )


class NameField(serializers.CharField):
    """A name on one line, of characters that can be seen."""

    def to_internal_value(self, data: Any) -> str:
        """Return the name. Raises: ValidationError."""
        name = super().to_internal_value(data)
        if not is_visible(name):
            raise serializers.ValidationError(
                "This name has characters that cannot be seen.", code="invisible"
            )
        return name


def display_name(person: Any) -> str:
    """Return the name by which organisers and mail call somebody.

    That is the username, but for a guest, whose username is random, the name that they gave; for
    one who was merged into an account, the account's.
    """
    if person.merged_into is not None:
        return str(person.merged_into.get_username())
    if person.guest_since is not None and person.first_name:
        return str(person.first_name)
    return str(person.get_username())


def display_name_of(path: str) -> Case:
    """Return the expression for the `display_name` of the person at a path, such as `user`."""
    is_guest = Q(**{f"{path}__guest_since__isnull": False}) & ~Q(**{f"{path}__first_name": ""})
    return Case(
        When(
            **{f"{path}__merged_into__isnull": False},
            then=F(f"{path}__merged_into__username"),
        ),
        When(is_guest, then=F(f"{path}__first_name")),
        default=F(f"{path}__username"),
        output_field=CharField(),
    )
