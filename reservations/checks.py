"""What `manage.py check`, and each command that writes, says of the model of people."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import models


@register(Tags.models)
def check_user_key(**_: Any) -> list[CheckMessage]:
    """Refuse people with keys that are no integers: commands, answers and frames name them so."""
    key: Any = get_user_model()._meta.pk
    while key.remote_field:
        # That of the model which it extends.
        key = key.target_field
    if isinstance(key, models.IntegerField):
        return []
    sentence = f"The primary key of {settings.AUTH_USER_MODEL} is a {type(key).__name__}."
    hint = "Give people an integer key, and one of another kind in a column besides."
    return [Error(sentence, hint=hint, id="seatcast.E001")]
