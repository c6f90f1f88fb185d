"""Deletes what accounts keep for a while only."""

from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand

from accounts import mail, revocations, tokens
from accounts.second_factor import challenges
from accounts.sign_ins import tracking

KEPT = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Deletes families of refresh tokens and sign-in challenges that have expired, entries of "
        "sessions that are gone, and what ended, or was mailed, more than a day ago. Can be "
        "stopped at any time."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        tokens.prune()
        challenges.prune()
        tracking.prune()
        revocations.prune(older_than=KEPT)
        mail.prune(older_than=KEPT)
