"""Gives the role in DATABASE_URL what serving needs, and no more."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection
from environ import Env

from config.postgresql.roles import RoleRefused, grant


class Command(BaseCommand):
    help = (
        "Run it after each `migrate`. It connects by DATABASE_MIGRATION_URL, makes the role named "
        "in DATABASE_URL if there is none, and gives it SELECT, INSERT, UPDATE and DELETE on rows, "
        "without UPDATE and DELETE where rows are only appended. Without DATABASE_MIGRATION_URL it "
        "changes nothing."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        if connection.vendor != "postgresql" or not settings.MIGRATION_DATABASE_URL:
            self.stdout.write("One role migrates and serves: nothing to grant.")
            return
        serving = Env.db_url_config(settings.SERVING_DATABASE_URL)
        try:
            grant(role=serving["USER"], password=serving["PASSWORD"])
        except RoleRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{serving['USER']} may serve.")
