"""Grant the role in DATABASE_URL the rights to serve, and no others."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection
from environ import Env

from config.postgresql.roles import RoleRefused, grant


class Command(BaseCommand):
    help = (
        "Run it after each `migrate`. Connects by DATABASE_MIGRATION_URL, creates the role in "
        "DATABASE_URL if it is missing, and grants it SELECT, INSERT, UPDATE and DELETE, but only "
        "SELECT and INSERT on append-only tables. Behind a pooler it also sets the role's "
        "time-outs. Does nothing without DATABASE_MIGRATION_URL."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        if connection.vendor != "postgresql" or not settings.MIGRATION_DATABASE_URL:
            self.stdout.write("One role migrates and serves: nothing to grant.")
            return
        serving = Env.db_url_config(settings.SERVING_DATABASE_URL)
        try:
            grant(
                role=serving["USER"],
                password=serving["PASSWORD"],
                parameters=(
                    settings.SERVING_TIME_OUTS if settings.SEATCAST_TRANSACTION_POOLER else {}
                ),
            )
        except RoleRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{serving['USER']} may serve.")
