"""Time zones of events: defaults, validation, display and input."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from reservations.demo.loading import load_demo
from reservations.models import Event
from reservations.organising.seating import EventDetails, create_event
from reservations.plans.grid import grid
from tests.factories import make_event

pytestmark = pytest.mark.django_db

DOORS = datetime(2035, 12, 18, 19, 0, tzinfo=UTC)


def details(time_zone: str = "") -> EventDetails:
    return EventDetails(
        name="Show", venue="Hall", date=DOORS, price=Decimal(5), time_zone=time_zone
    )


def test_an_event_without_a_zone_has_the_sites(settings: Settings) -> None:
    settings.SEATCAST_TIME_ZONE = "Europe/Vienna"
    event = create_event(details=details(), plan=grid(rows=1, seats=1))
    assert event.time_zone == "Europe/Vienna"


@pytest.mark.parametrize("name", ["Europe/Atlantis", "../../etc/passwd", "europe/berlin", "CEST+9"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="Give a time zone"):
        create_event(details=details(name), plan=grid(rows=1, seats=1))
    assert not Event.objects.exists()


def test_the_date_of_a_command_is_in_the_zone_of_the_event() -> None:
    output = io.StringIO()
    arguments = ["create_grid", "--date", "2035-12-18T20:00", "--time-zone", "Europe/Berlin"]
    call_command(*arguments, stdout=output)
    event = Event.objects.get()
    assert (event.date, event.time_zone) == (DOORS, "Europe/Berlin")
    assert "2035-12-18 20:00 CET" in output.getvalue()


def test_a_command_refuses_an_unknown_zone() -> None:
    with pytest.raises(CommandError, match="--time-zone: give a zone such as Europe/Berlin"):
        call_command("create_grid", "--time-zone", "Atlantis")


def test_the_events_of_the_demo_begin_in_the_evening_where_they_are() -> None:
    load_demo()
    hours = {event.date.astimezone(ZoneInfo(event.time_zone)).hour for event in Event.objects.all()}
    assert hours == {19, 20, 21}
    assert not Event.objects.filter(time_zone="UTC").exists()


class TestInTheAdmin:
    @pytest.fixture
    def organiser(self) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("admin"))
        return client

    @pytest.fixture
    def event(self) -> Event:
        return make_event(date=DOORS, time_zone="Europe/Berlin")

    def test_times_are_shown_in_the_events_zone(self, organiser: Client, event: Event) -> None:
        page = organiser.get(f"/admin/reservations/event/{event.pk}/change/").content.decode()
        assert "Dec. 18, 2035, 8 p.m." in page
        listed = organiser.get("/admin/reservations/event/").content.decode()
        assert "Tue 18 Dec 2035, 20:00 CET" in listed

    @pytest.mark.parametrize("key", ["9" * 30, "x", "٣"])
    def test_the_page_of_an_unknown_event_is_not_found(self, organiser: Client, key: str) -> None:
        found = organiser.get(f"/admin/reservations/event/{key}/change/", follow=True)
        assert found.status_code in {200, 404}
