"""Apps that do not import each other are connected in `config/apps.py`, not by settings."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings

# Chosen by whoever runs the site.
CHOSEN = {"SEATCAST_PAYMENT_PROVIDER"}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in (*value, *value.values()):
            yield from _texts(each)
    elif isinstance(value, list | tuple | set):
        for each in value:
            yield from _texts(each)


def test_no_setting_of_ours_names_a_module() -> None:
    roots = {config.name for config in apps.get_app_configs()}
    named = {
        name: text
        for name in dir(settings)
        if name.startswith("SEATCAST_") and name not in CHOSEN
        for text in _texts(getattr(settings, name))
        if "." in text and text.partition(".")[0] in roots
    }
    assert named == {}
