"""Write the security log to standard output as JSON lines, oldest first."""

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from infrastructure.security_log.log import Kind, record
from infrastructure.security_log.models import SecurityEvent


class Command(BaseCommand):
    help = "Write the security log as JSON lines, oldest first, one object for each event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--after",
            type=int,
            default=0,
            metavar="ID",
            help="Only events with a greater id: where an earlier export ended.",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        rows = SecurityEvent.objects.filter(pk__gt=options["after"]).order_by("pk")
        count = 0
        for row in rows.iterator(1_000):
            self.stdout.write(orjson.dumps(row.as_json()).decode())
            count += 1
        record(Kind.LOG_EXPORTED, details={"rows": count, "after": options["after"]})
