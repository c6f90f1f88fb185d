"""Send mail that is due."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.mail_worker import MailServerAway, Outcome, send_all


class Command(BaseCommand):
    help = (
        "Sends the mail that is due, and ends. `housekeeping --every` does so all the time. Can be"
        " run twice at once, and killed."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        outcome, problems = Outcome(), []
        try:
            send_all(outcome)
        except MailServerAway as error:
            problems.append(f"The mail server is unavailable: {error}.")
        if outcome.sent:
            self.stdout.write(f"{outcome.sent:,} {'mail' if outcome.sent == 1 else 'mails'} sent.")
        if outcome.failed:
            problems.insert(0, f"{outcome.failed:,} could not be sent.")
        if problems:
            raise CommandError(" ".join(problems))
