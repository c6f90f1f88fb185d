from typing import Any

from django.core.management.base import BaseCommand

from reservations import desk, selectors
from reservations.commands import ReleaseExpired


class Command(BaseCommand):
    help = (
        "Write down that locks past their deadline are gone, so that the change log says so."
        " Correctness never waits for this: such a lock is worth nothing anyway."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        for event_id in selectors.events_with_expired_locks():
            answer = desk.submit(event_id=event_id, command=ReleaseExpired())
            self.stdout.write(f"Event {event_id}: {answer['message']}")
