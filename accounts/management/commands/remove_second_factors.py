"""Remove the second factors of somebody who lost them."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.models import User, folded
from accounts.second_factor import factors


class Command(BaseCommand):
    help = (
        "Removes all second factors and recovery codes of a person, and signs them out everywhere. "
        "Their password alone then signs them in: verify first who is asking."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *_: Any, **options: Any) -> None:
        name = options["username"]
        person = User.objects.filter(folded_username=folded(name)).first()
        if person is None:
            raise CommandError(f"There is nobody called {name}.")
        factors.remove_all(person, actor_id=None)
        self.stdout.write(f"The password of {person.username} is enough now.")
