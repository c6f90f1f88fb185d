"""The demo data: created once, however often it is loaded, and plausible."""

import io
import math
import threading
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import BasePasswordHasher
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from config.environment import DEMO_PASSWORD as PASSWORD
from deploy.banner import demo_password
from reservations import demo
from reservations.demo.catalogue import HALLS, Show, show
from reservations.demo.draw import chamber_hall, theatre
from reservations.demo.loading import load_demo
from reservations.demo.people import BUYERS, PEOPLE
from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus
from reservations.models import Category, Event, Reservation, ReservationSeat, Seat
from reservations.plans.grid import grid
from reservations.plans.plan import Plan, PlanSeat
from reservations.plans.pretix import parse, read

HERE = Path(demo.__file__).parent


def drawn(file: str) -> Plan:
    return read((HERE / file).read_bytes())


def seats_of(file: str) -> list[PlanSeat]:
    """Return the seats without the places of standing areas, which are all at one point."""
    return [seat for seat in drawn(file).seats if seat.sold_by is not SoldBy.NUMBER]


def output_of(**options: Any) -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out, **options)
    return out.getvalue()


class NoHasher(BasePasswordHasher):
    """Refuses to work."""

    algorithm = "none"

    def encode(self, password: str, salt: str) -> str:  # noqa: ARG002
        raise AssertionError("a password was hashed")


@pytest.mark.django_db
class TestLoading:
    def test_creates_users_who_can_sign_in(self) -> None:
        load_demo()
        users = get_user_model().objects
        assert set(users.values_list("username", flat=True)) == {*BUYERS, "admin", "door"}
        assert all(user.check_password(PASSWORD) for user in users.all())
        organisers = users.filter(is_staff=True, is_superuser=True)
        assert [user.username for user in organisers] == ["admin"]

    def test_creates_a_steward_who_may_only_scan_tickets(self) -> None:
        load_demo()
        steward = get_user_model().objects.get(username="door")
        assert steward.get_all_permissions() == {"reservations.scan_ticket"}
        assert not steward.is_staff

    def test_creates_a_club_a_theatre_and_an_event_not_yet_on_sale(self) -> None:
        load_demo()
        now = timezone.now()
        club, stage, hall = (Event.objects.get(venue=hall) for hall in HALLS)
        assert club.seats.count() == 120
        assert (club.price, club.currency) == (Decimal("50.00"), "EUR")
        numbers = [seat.seat_number for seat in club.seats.all()]
        assert (numbers[0], numbers[-1]) == ("A1", "J12")
        prices = Category.objects.filter(event=stage).values_list("name", flat=True)
        assert list(prices) == ["Stalls", "Circle", "Boxes", "Standing"]
        assert Category.objects.filter(price=None).count() == 0
        assert all(event.date > now + timedelta(weeks=2) for event in (club, stage, hall))
        assert club.sales_open_at is None
        assert stage.sales_open_at is None
        assert hall.sales_open_at is not None
        assert now + timedelta(weeks=3) < hall.sales_open_at < hall.date

    def test_sells_the_theatre_with_ticket_types_and_standing_places(self) -> None:
        load_demo()
        stage = Event.objects.get(venue=HALLS[1])
        types = stage.ticket_types.values_list("name", "prices__category__name", "prices__price")
        assert set(types) == {
            *(("Reduced", "Stalls", 60), ("Reduced", "Circle", 40)),
            *(("Child", "Stalls", 25), ("Child", "Circle", Decimal("17.50"))),
        }
        places = stage.seats.filter(sold_by=SoldBy.NUMBER)
        prices = set(places.values_list("section", "category__price"))
        assert prices == {("Standing", Decimal("15.00"))}
        assert places.count() == 60

    def test_loading_twice_changes_and_prints_nothing(self) -> None:
        assert "alice" in output_of()
        before = list(Seat.objects.order_by("pk").values())
        assert output_of() == ""
        assert "there already" in output_of(verbosity=2)
        assert Event.objects.count() == 3
        assert get_user_model().objects.count() == 5
        assert list(Seat.objects.order_by("pk").values()) == before

    def test_draws_before_it_locks_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """PostgreSQL ends a transaction in which nothing happens for ten seconds."""
        outside = list(connection.savepoint_ids)
        held: list[bool] = []

        def drawn(hall: str, *, now: datetime) -> Show:
            held.append(connection.savepoint_ids != outside)
            return show(hall, now=now)

        monkeypatch.setattr("reservations.demo.loading.show", drawn)
        load_demo()
        assert held == [False] * len(HALLS)

    def test_prints_nothing_with_verbosity_0(self) -> None:
        assert output_of(verbosity=0) == ""

    def test_loading_existing_data_takes_two_queries_and_no_hashing(
        self, settings: Any, django_assert_num_queries: Any
    ) -> None:
        load_demo()
        settings.PASSWORD_HASHERS = [f"{__name__}.NoHasher"]
        with django_assert_num_queries(2):
            assert load_demo().events == ()

    def test_in_production_it_needs_another_password(self, settings: Settings) -> None:
        settings.SEATCAST_PRODUCTION = True
        with pytest.raises(CommandError, match="SEATCAST_DEMO_PASSWORD"):
            call_command("load_demo")
        assert demo_password({}) == PASSWORD

    def test_keeps_bookings(self) -> None:
        load_demo()
        event = Event.objects.get(venue=HALLS[0])
        alice = get_user_model().objects.get(username="alice")
        booking = Reservation.objects.create(
            event=event,
            user=alice,
            payment_method="card",
            total_price=50,
            currency="EUR",
            created_at=timezone.now(),
        )
        seat = event.seats.all()[0]
        ReservationSeat.objects.create(reservation=booking, event=event, seat=seat, price=50)
        Seat.objects.filter(pk=seat.pk).update(status=SeatStatus.RESERVED, reservation=booking)
        load_demo()
        seat.refresh_from_db()
        assert (seat.status, seat.reservation) == (SeatStatus.RESERVED, booking)
        assert booking.seats.count() == 1

    def test_keeps_an_organisers_changes(self) -> None:
        load_demo()
        Event.objects.filter(venue=HALLS[1]).update(name="Renamed", venue="Elsewhere")
        get_user_model().objects.filter(username="admin").update(is_superuser=False, password="x")
        assert load_demo().events == ()
        assert Event.objects.count() == 3
        admin = get_user_model().objects.get(username="admin")
        assert (admin.is_superuser, admin.password) == (False, "x")

    def test_recreates_what_is_missing_without_unnecessary_hashing(self, settings: Any) -> None:
        load_demo()
        Seat.objects.filter(event__venue=HALLS[2]).delete()
        Event.objects.get(venue=HALLS[2]).delete()
        settings.PASSWORD_HASHERS = [f"{__name__}.NoHasher"]
        assert load_demo().events == ("Schubert: Winterreise",)
        assert Event.objects.count() == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("are_users_there", [False, True])
def test_parallel_loading_creates_one_of_each(are_users_there: bool) -> None:
    if are_users_there:
        load_demo()
        Seat.objects.all().delete()
        Event.objects.all().delete()
    loaders = 6
    together = threading.Barrier(loaders)
    failures: list[Exception] = []

    def load() -> None:
        try:
            together.wait()
            load_demo()
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(loaders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(Event.objects.values_list("venue", flat=True)) == sorted(HALLS)
    assert get_user_model().objects.count() == len(PEOPLE)
    assert Seat.objects.count() == sum(
        len(plan.seats)
        for plan in (grid(rows=10, seats=12), drawn("theatre.json"), drawn("chamber_hall.json"))
    )


@pytest.mark.parametrize("file", ["theatre.json", "chamber_hall.json"])
def test_no_two_seats_are_closer_than_they_are_wide(file: str) -> None:
    nearest = min(
        math.dist((one.x, one.y), (other.x, other.y))
        for one, other in combinations(seats_of(file), 2)
    )
    assert nearest > 2 * drawn(file).seat_radius


@pytest.mark.parametrize("file", ["theatre.json", "chamber_hall.json"])
def test_every_seat_lies_well_inside_its_plan(file: str) -> None:
    plan = drawn(file)
    assert all(
        20 <= seat.x <= plan.width - 20 and 20 <= seat.y <= plan.height - 20 for seat in plan.seats
    )


class TestTheatre:
    def test_has_stalls_circle_and_boxes(self) -> None:
        seats = seats_of("theatre.json")
        assert 1_050 <= len(seats) <= 1_150
        assert {(seat.section, seat.category) for seat in seats} == {
            (name, name) for name in ("Stalls", "Circle", "Boxes")
        }
        numbers = {seat.seat_number for seat in seats}
        assert {"Stalls A1", "Circle A1", "L1-1", "R7-4"} <= numbers

    def test_has_a_stage_and_names_its_sections(self) -> None:
        texts = {shape.text.text for shape in drawn("theatre.json").shapes if shape.text}
        assert {"STAGE", "STALLS", "CIRCLE", "BOXES", "A", "R", "L7"} <= texts

    def test_is_symmetric(self) -> None:
        plan = drawn("theatre.json")
        spots = {(round(seat.x), round(seat.y)) for seat in plan.seats}
        for seat in plan.seats:
            mirrored = plan.width - seat.x
            assert any(
                (round(mirrored + dx), round(seat.y + dy)) in spots
                for dx in (-0.5, 0, 0.5)
                for dy in (-0.5, 0, 0.5)
            )

    def test_has_rows_that_face_the_stage(self) -> None:
        stalls = [seat for seat in drawn("theatre.json").seats if seat.section == "Stalls"]
        for letter in "AR":
            row = [seat for seat in stalls if seat.row == letter]
            middle = min(row, key=lambda seat: abs(seat.x - 840))
            assert all(seat.y <= middle.y for seat in row)
            assert row[0].y < middle.y - 80


@pytest.mark.parametrize(
    ("drawing", "file"), [(theatre, "theatre.json"), (chamber_hall, "chamber_hall.json")]
)
def test_the_files_match_the_generator(drawing: Any, file: str) -> None:
    fresh, stored = parse(drawing()), drawn(file)
    assert [seat.guid for seat in fresh.seats] == [seat.guid for seat in stored.seats]
    assert [seat.x for seat in fresh.seats] == pytest.approx(
        [seat.x for seat in stored.seats], abs=0.1
    )
    assert [seat.y for seat in fresh.seats] == pytest.approx(
        [seat.y for seat in stored.seats], abs=0.1
    )
    assert len(fresh.shapes) == len(stored.shapes)
