"""Deliver webhooks that are due."""

from typing import Any

from django.core.management import BaseCommand

from webhooks import worker


class Command(BaseCommand):
    help = (
        "Delivers the webhooks that are due, and ends. `housekeeping --every` does so all the time;"
        " this is for sites that run housekeeping by a timer. Can be run twice at once, and killed."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        worker.deliver_all()
