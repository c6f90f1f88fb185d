"""System check of the payment provider, run by `manage.py check` and by migrations."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from reservations.ports.payment_provider import provider


@register
def check_provider(**_: Any) -> list[CheckMessage]:
    """Report a provider that cannot be loaded, or that shares a method with the offline ones."""
    try:
        provider()
    except (ImproperlyConfigured, ImportError) as error:
        return [Error(str(error), id="seatcast.E002")]
    return []
