"""Send mail that is due."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts import mail


class Command(BaseCommand):
    help = (
        "Sends the mail that is due: what a killed process left behind, and what the mail server "
        "did not accept earlier. Can be run twice at once."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        outcomes = list(mail.send_due())
        if sent := sum(outcomes):
            self.stdout.write(f"{sent:,} {'mail' if sent == 1 else 'mails'} sent.")
        if failed := len(outcomes) - sent:
            raise CommandError(f"{failed:,} could not be sent.")
