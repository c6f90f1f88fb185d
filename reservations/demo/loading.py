"""Making sure that the demo data is there.

Demo users are known by their names and demo events by the names of their plans, so what an
organiser renamed or rescheduled, and what people booked, is left as it is.

Concurrency. Whoever has work to do holds the rows of the demo users until it is done, and looks
again after getting them: two at once make one of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser, Group
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from reservations.demo.catalogue import HOUSES, STADIUM, Show, show
from reservations.demo.people import ORGANISER, PEOPLE, STEWARD
from reservations.models import Event
from reservations.plans.services import Say, create_event, say_nothing
from reservations.roles import DOOR


class PublicPassword(ValueError):
    """In production nobody gets a password that everybody knows."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made, by name; nothing when all was there."""

    users: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


def demo_password() -> str:
    """Return the password that demo users are given. Raises: PublicPassword."""
    if settings.SEATCAST_PRODUCTION and not settings.SEATCAST_DEMO_PASSWORD:
        raise PublicPassword("Set SEATCAST_DEMO_PASSWORD to load the demo in production.")
    return settings.SEATCAST_DEMO_PASSWORD or settings.SEATCAST_DEFAULT_DEMO_PASSWORD


def load_demo(*, with_stadium: bool = False, say: Say = say_nothing) -> Loaded:
    """Create the demo users and events that are missing. Two queries when none is.

    The stadium's 50,000 seats take some seconds, so it is there for who asks for it.

    Raises: PublicPassword.
    """
    index_cache = (*HOUSES, STADIUM) if with_stadium else HOUSES
    missing_users, missing_houses = _missing_users(), _missing(index_cache)
    if not missing_users and not missing_houses:
        return Loaded()
    # What takes long without the database, hashing and drawing, stays outside the transaction.
    password = make_password(demo_password()) if missing_users else ""
    shows = {house: _drawn(house, say) for house in missing_houses}
    with transaction.atomic():
        _create_users(missing_users, password)
        users = list(_demo_users().select_for_update(no_key=True).order_by("pk"))
        if STEWARD in missing_users:
            _put_at_the_door()
        events = tuple(
            _create_event(shows[house], say) for house in _missing(index_cache) if house in shows
        )
    # Salted, the hash is ours alone: users who have it are not those of another loader.
    made = tuple(user.username for user in users if password and user.password == password)
    return Loaded(users=made, events=events)


def _missing_users() -> list[str]:
    there = set(_demo_users().values_list("username", flat=True))
    return [name for name in PEOPLE if name not in there]


def _missing(index_cache: Sequence[str]) -> list[str]:
    there = set(
        Event.objects.filter(plan__name__in=index_cache).values_list("plan__name", flat=True)
    )
    return [house for house in index_cache if house not in there]


def _demo_users() -> QuerySet[AbstractUser]:
    return get_user_model().objects.filter(username__in=PEOPLE)


def _create_users(names: list[str], password: str) -> None:
    """Create users, all with one hash. Those that somebody else creates meanwhile are awaited."""
    user = get_user_model()
    user.objects.bulk_create(
        (
            user(
                username=name,
                password=password,
                email=f"{name}@example.com",
                is_staff=name == ORGANISER,
                is_superuser=name == ORGANISER,
            )
            for name in names
        ),
        ignore_conflicts=True,
    )


def _put_at_the_door() -> None:
    """Have the steward check tickets, and do nothing else, unless the role was deleted."""
    steward = get_user_model().objects.get(username=STEWARD)
    steward.groups.add(*Group.objects.filter(name=DOOR))


def _drawn(house: str, say: Say) -> Show:
    say(f"Drawing {house}")
    return show(house, now=timezone.now())


def _create_event(what: Show, say: Say) -> str:
    event = create_event(
        details=what.details, plan=what.plan, category_prices=what.category_prices, say=say
    )
    return event.name
