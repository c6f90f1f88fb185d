"""Tell buyers what changed, and remind them of events."""

from typing import Any

from django.core.management import BaseCommand

from reservations.organising import announcing


class Command(BaseCommand):
    help = (
        "Mails the buyers of events whose date or place was changed, and reminds those of events "
        "that begin within SEATCAST_REMINDER_HOURS, each once. Can be stopped at any time, and run "
        "twice at once."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        announcing.plan_reminders()
        if told := announcing.announce_all():
            self.stdout.write(f"{told:,} {'buyer' if told == 1 else 'buyers'} told.")
