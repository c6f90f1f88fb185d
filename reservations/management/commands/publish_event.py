"""Publish a draft."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from reservations.management.planning import command_errors, event_id
from reservations.organising.lifecycle import publish_event


class Command(BaseCommand):
    help = "Publishes a draft: everyone can see it, and buy while it is on sale."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", metavar="ID", help="The event.")
        parser.add_argument(
            "--members", action="store_true", help="Publish it to members only, not to everyone."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        with command_errors():
            pk = event_id(options["event"], option="ID")
            was_draft = publish_event(event_id=pk, members_only=options["members"])
        said = "is published" if was_draft else "was published before; nothing was changed"
        self.stdout.write(f"Event {pk} {said}.")
