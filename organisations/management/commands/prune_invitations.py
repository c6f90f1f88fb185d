"""Delete old invitations."""

from typing import Any

from django.core.management import BaseCommand

from organisations import services


class Command(BaseCommand):
    help = "Deletes invitations that expired more than a month ago. Can be stopped at any time."

    def handle(self, *_: Any, **__: Any) -> None:
        services.prune_invitations()
