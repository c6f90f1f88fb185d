"""System check of the user model."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import models


@register(Tags.models)
def check_user_key(**_: Any) -> list[CheckMessage]:
    """Report a user model without an integer primary key, which commands and frames rely on."""
    key: Any = get_user_model()._meta.pk
    while key.remote_field:
        # Multi-table inheritance: follow the link to the parent's key.
        key = key.target_field
    if isinstance(key, models.IntegerField):
        return []
    sentence = f"The primary key of {settings.AUTH_USER_MODEL} is a {type(key).__name__}."
    hint = "Give people an integer key, and one of another kind in a column besides."
    return [Error(sentence, hint=hint, id="seatcast.E001")]
