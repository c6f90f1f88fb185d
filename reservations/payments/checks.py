"""What `manage.py check`, and so every migration, says of the payment provider."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from reservations.payments.provider import provider


@register
def check_provider(**_: Any) -> list[CheckMessage]:
    """Refuse a provider that there is not, or whose methods are named as some that need none."""
    try:
        provider()
    except (ImproperlyConfigured, ImportError) as error:
        return [Error(str(error), id="seatcast.E002")]
    return []
