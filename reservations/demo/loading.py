"""Create the demo data that is missing.

Demo users are recognised by their names and demo events by the names of their plans, so renamed or
rescheduled events and bookings are kept.

Concurrency. A loader locks the rows of the demo users and then checks again, so that two at once
create one of each.
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

from reservations.demo.catalogue import HALLS, STADIUM, Show, show
from reservations.demo.people import ORGANISER, PEOPLE, STEWARD
from reservations.models import Event
from reservations.organising.seating import ReportProgress, create_event, ignore_progress
from reservations.organising.ticket_types import TicketTypeEdit, replace_ticket_types
from reservations.roles import DOOR


class PublicPassword(ValueError):
    """In production users must not get the public default password."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The names of what was created; empty if nothing was missing."""

    users: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


def demo_password() -> str:
    """Return the password of demo users. Raises: PublicPassword."""
    if settings.SEATCAST_PRODUCTION and not settings.SEATCAST_DEMO_PASSWORD:
        raise PublicPassword("Set SEATCAST_DEMO_PASSWORD to load the demo in production.")
    return settings.SEATCAST_DEMO_PASSWORD or settings.SEATCAST_DEFAULT_DEMO_PASSWORD


def load_demo(
    *, with_stadium: bool = False, report_progress: ReportProgress = ignore_progress
) -> Loaded:
    """Create the demo users and events that are missing. Takes two queries if none are.

    The stadium's 50,000 seats take some seconds, so it is optional. Raises: PublicPassword.
    """
    halls = (*HALLS, STADIUM) if with_stadium else HALLS
    missing_users, missing_halls = _missing_users(), _missing(halls)
    if not missing_users and not missing_halls:
        return Loaded()
    # Hash and draw outside the transaction, because both take long.
    password = make_password(demo_password()) if missing_users else ""
    shows = {hall: _drawn(hall, report_progress) for hall in missing_halls}
    with transaction.atomic():
        _create_users(missing_users, password)
        users = list(_demo_users().select_for_update(no_key=True).order_by("pk"))
        if STEWARD in missing_users:
            _add_steward_role()
        events = tuple(
            _create_event(shows[hall], report_progress) for hall in _missing(halls) if hall in shows
        )
    # The hash is salted, so users with another one were created by another loader.
    made = tuple(user.username for user in users if password and user.password == password)
    return Loaded(users=made, events=events)


def _missing_users() -> list[str]:
    there = set(_demo_users().values_list("username", flat=True))
    return [name for name in PEOPLE if name not in there]


def _missing(halls: Sequence[str]) -> list[str]:
    there = set(Event.objects.filter(plan__name__in=halls).values_list("plan__name", flat=True))
    return [hall for hall in halls if hall not in there]


def _demo_users() -> QuerySet[AbstractUser]:
    return get_user_model().objects.filter(username__in=PEOPLE)


def _create_users(names: list[str], password: str) -> None:
    """Create users with the same hash. Waits for those being created by another loader."""
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


def _add_steward_role() -> None:
    """Give the steward the role that scans tickets, unless that role was deleted."""
    steward = get_user_model().objects.get(username=STEWARD)
    steward.groups.add(*Group.objects.filter(name=DOOR))


def _drawn(hall: str, report_progress: ReportProgress) -> Show:
    report_progress(f"Drawing {hall}")
    return show(hall, now=timezone.now())


def _create_event(what: Show, report_progress: ReportProgress) -> str:
    event = create_event(
        details=what.details,
        plan=what.plan,
        category_prices=what.category_prices,
        report_progress=report_progress,
    )
    if what.ticket_types:
        ids = dict(event.categories.values_list("name", "pk"))
        replace_ticket_types(
            event_id=event.pk,
            editor_id=None,
            edits=[
                TicketTypeEdit(None, name, {ids[category]: prices[category] for category in prices})
                for name, prices in what.ticket_types.items()
            ],
        )
    return event.name
