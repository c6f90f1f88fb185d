"""Delete expired rows of accounts."""

from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand

from accounts import mail, revocations, tokens
from accounts.second_factor import challenges
from accounts.sign_ins import tracking

KEPT = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Deletes expired token families and sign-in challenges, sign-ins without a session, and "
        "revocations and mails older than a day, or three if they wait for the mail server. Can be "
        "stopped at any time."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        tokens.prune()
        challenges.prune()
        tracking.prune()
        revocations.prune(older_than=KEPT)
        mail.prune(older_than=KEPT)
