"""Delete what is too old to keep in the security log. Only the owner of the tables may."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models.functions import Now

from infrastructure.security_log.models import SecurityEvent

MIN_DAYS = 30


class Command(BaseCommand):
    help = (
        "Deletes security events older than so many days. Export them first. Run as the owner of"
        " the tables (DATABASE_MIGRATION_URL): the role that serves may not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, required=True, help=f"At least {MIN_DAYS}.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        if options["days"] < MIN_DAYS:
            raise CommandError(f"Keep at least {MIN_DAYS} days.")
        age = timedelta(days=options["days"])
        deleted, _ = SecurityEvent.objects.filter(at__lt=Now() - age).delete()
        self.stdout.write(f"{deleted} security events deleted.")
