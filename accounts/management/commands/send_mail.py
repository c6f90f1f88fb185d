"""Send mail that is due."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.mail import send_again, unsent
from accounts.mail_worker import MailServerAway, Outcome, send_all


class Command(BaseCommand):
    help = (
        "Sends the mail that is due, and ends; tells what is left. `housekeeping --every` does so"
        " all the time. Can be run twice at once, and killed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again",
            action="store_true",
            help="Send what failed at once, also what was given up.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Send nothing; only tell what is not sent."
        )

    def handle(self, *_: Any, again: bool, dry_run: bool, **__: Any) -> None:
        if dry_run:
            self._tell_unsent()
            return
        if again:
            send_again()
        outcome, problems = Outcome(), []
        try:
            send_all(outcome)
        except MailServerAway as error:
            problems.append(f"The mail server is unavailable: {error}.")
        if outcome.sent:
            self.stdout.write(f"{outcome.sent:,} {'mail' if outcome.sent == 1 else 'mails'} sent.")
        if outcome.failed:
            problems.insert(0, f"{outcome.failed:,} could not be sent.")
        self._tell_unsent()
        if problems:
            raise CommandError(" ".join(problems))

    def _tell_unsent(self) -> None:
        left = unsent()
        if any(left):
            self.stdout.write(
                f"{left.waiting:,} waiting, {left.retrying:,} to be sent again later,"
                f" {left.given_up:,} given up."
            )
