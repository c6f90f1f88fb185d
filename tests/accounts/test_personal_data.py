"""Export and erase personal data, and erase unused accounts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import mail, revocations, tokens
from accounts.models import Erasure, Family, Mail, RecoveryCode, SignIn, User
from accounts.personal_data import erasure
from infrastructure.security_log.models import Kind, SecurityEvent
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.domain.errors import Busy
from reservations.domain.states import SeatStatus
from reservations.events import seat_records
from reservations.models import Event, Reservation, Seat, SeatChange
from tests.accounts.second_factor.device import with_app
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_event, make_user, person, seat_ids, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

ERASE = "/api/me/erase/"
ASKED = {"password": PASSWORD}


@pytest.fixture
def alice() -> User:
    return make_user(
        "alice",
        password=PASSWORD,
        email="alice@example.org",
        email_verified_at=timezone.now(),
        first_name="Alice",
        last_name="Moore",
    )


@pytest.fixture
def event() -> Event:
    return make_event(seats=4)


def _lock(user: User, event: Event, *places: int) -> tuple[int, ...]:
    ids = tuple(seat_ids(event)[place] for place in places)
    command_queue.submit(event_id=event.pk, command=LockSeats(person(user), ids))
    return ids


def _book(user: User, event: Event, *places: int) -> None:
    ids = _lock(user, event, *places)
    command_queue.submit(event_id=event.pk, command=ReserveSeats(person(user), ids, "cash"))


def _let_it_be_over(event: Event, days: int = 1) -> None:
    Event.objects.filter(pk=event.pk).update(date=timezone.now() - timedelta(days=days))


def test_an_export_contains_all_personal_data(alice: User, event: Event) -> None:
    _book(alice, event, 0)
    _lock(alice, event, 1)
    mail.notify_password_changed(alice, language="en")
    answer: Any = signed_in(alice).get("/api/me/export/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="seatcast-data.json"'
    found = answer.json()
    assert found["account"]["email"] == "alice@example.org"
    assert [booking["seats"] for booking in found["bookings"]] == [["A1"]]
    assert [lock["seat_number"] for lock in found["locks"]] == ["A2"]
    assert len(found["sessions"]) == 1
    kinds = {row["kind"] for row in found["mail_of_the_last_day"]}
    assert kinds == {"booked", "changed"}
    assert {row["address"] for row in found["mail_of_the_last_day"]} == {"alice@example.org"}
    assert found["security_log"]["is_complete"] is True
    assert SecurityEvent.objects.filter(kind=Kind.DATA_EXPORTED, subject_id=alice.pk).exists()


def test_an_export_contains_no_secrets(alice: User) -> None:
    app = with_app(alice)
    alice.mfa_shown_at = timezone.now()
    text = json.dumps(signed_in(alice).get("/api/me/export/").json())
    for secret in (alice.password, app.secret, *RecoveryCode.objects.values_list("digest")[0]):
        assert secret not in text


def test_an_erasure_removes_everything_that_identifies_the_person(
    alice: User, event: Event
) -> None:
    bob = make_user("bob")
    _book(alice, event, 0)
    _lock(alice, event, 1)
    _let_it_be_over(event)
    with_app(alice)
    alice.mfa_shown_at = timezone.now()
    tokens.issue_pair(alice)
    mail.notify_password_changed(alice, language="en")
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=bob, content_type=kind, object_id=str(alice.pk), object_repr="alice", action_flag=2
    )
    assert signed_in(alice).post(ERASE, ASKED).status_code == 200

    left = User.objects.get(pk=alice.pk)
    assert left.username.startswith("deleted-")
    assert left.folded_username == left.username
    assert (left.email, left.first_name, left.last_name, left.last_login) == ("", "", "", None)
    assert not left.is_active
    assert not left.has_usable_password()
    assert left.second_factor_since is None
    for model in (SignIn, Family, Mail, RecoveryCode):
        assert not model._default_manager.exists()
    assert LogEntry.objects.get().object_repr == left.username
    # Bookings stay, without the name.
    assert Reservation.objects.get().user_id == alice.pk
    statuses = Seat.objects.filter(event=event).order_by("pk").values_list("status", flat=True)
    assert list(statuses)[:2] == [SeatStatus.RESERVED, SeatStatus.AVAILABLE]
    assert "alice" not in json.dumps(seat_records.seats(event_id=event.pk))
    assert set(SeatChange.objects.values_list("actor", flat=True)) == {alice.pk}
    row = SecurityEvent.objects.get(kind=Kind.PERSON_ERASED)
    assert (row.subject_id, row.details) == (alice.pk, {"cause": "asked"})


def test_an_erasure_signs_the_person_out_and_blocks_sign_in(alice: User) -> None:
    client, other = signed_in(alice), signed_in(alice)
    refresh = tokens.issue_pair(alice)["refresh"]
    assert other.get("/api/me/").status_code == 200
    assert client.post(ERASE, ASKED).status_code == 200
    for each in (client, other):
        refusal(each.get("/api/me/"), 401, "not_authenticated")
    refusal(other.post("/api/token/refresh/", {"refresh": refresh}), 401, "token_not_valid")
    refusal(other.post("/api/login/", {"username": "alice", **ASKED}), 401, "invalid_credentials")
    # The username can be registered again.
    make_user("alice")


def test_an_erasure_with_upcoming_bookings_requires_keep_tickets(alice: User, event: Event) -> None:
    _book(alice, event, 0)
    client = signed_in(alice)
    found = refusal(client.post(ERASE, ASKED), 409, "upcoming_bookings")
    assert [each["event"] for each in found["bookings"]] == [event.pk]
    assert User.objects.get(pk=alice.pk).username == "alice"
    assert client.post(ERASE, {**ASKED, "keep_tickets": True}).status_code == 200
    assert Reservation.objects.get().status == Reservation.Status.CONFIRMED


def test_an_organisers_account_is_not_erased() -> None:
    boss = make_user("boss", password=PASSWORD, is_staff=True)
    refusal(signed_in(boss).post(ERASE, ASKED), 409, "organiser_account")


def test_housekeeping_finishes_an_interrupted_erasure(alice: User, event: Event) -> None:
    _lock(alice, event, 0)
    erasure.close(alice, Erasure.Cause.ASKED)
    # The process died here: nobody can sign in, but the data is still there.
    assert not User.objects.get(pk=alice.pk).is_active
    assert User.objects.get(pk=alice.pk).username == "alice"
    for _ in range(2):
        call_command("erase_accounts")
    assert User.objects.get(pk=alice.pk).username.startswith("deleted-")
    assert Seat.objects.filter(status=SeatStatus.AVAILABLE).count() == 4
    assert SecurityEvent.objects.filter(kind=Kind.PERSON_ERASED).count() == 1


def test_an_erasure_during_a_full_command_queue_is_finished_later(
    alice: User, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lock(alice, event, 0)
    client = signed_in(alice)

    def busy(**_: object) -> None:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr(command_queue, "submit", busy)
        assert client.post(ERASE, ASKED).status_code == 200
        with pytest.raises(CommandError):
            call_command("erase_accounts")
    assert User.objects.get(pk=alice.pk).username == "alice"
    call_command("erase_accounts")
    assert User.objects.get(pk=alice.pk).username.startswith("deleted-")


def test_erasing_an_account_twice_changes_nothing(alice: User) -> None:
    erasure.close(alice, Erasure.Cause.ASKED)
    erasure.close(alice, Erasure.Cause.RETENTION)
    erasure.finish(alice.pk)
    name = User.objects.get(pk=alice.pk).username
    erasure.finish(alice.pk)
    assert User.objects.get(pk=alice.pk).username == name
    assert Erasure.objects.get().cause == Erasure.Cause.ASKED


def test_an_erasure_updates_the_name_on_a_live_map(alice: User, event: Event) -> None:
    _book(alice, event, 0)
    erasure.close(alice, Erasure.Cause.ASKED)
    erasure.finish(alice.pk)
    revocations.reset()
    [first, *_] = seat_records.seats(event_id=event.pk)
    assert first["reserved_by"].startswith("deleted-")  # type: ignore[union-attr]


def test_an_account_restored_from_a_backup_is_erased_by_id(alice: User) -> None:
    with pytest.raises(CommandError, match="There is nobody"):
        call_command("erase_accounts", "--person", "999999")
    call_command("erase_accounts", "--person", str(alice.pk))
    assert User.objects.get(pk=alice.pk).username.startswith("deleted-")


LONG_AGO = timedelta(days=400)


@pytest.fixture
def forgotten(alice: User, settings: Settings) -> User:
    """Somebody who has not signed in for longer than the retention period."""
    settings.SEATCAST_RETENTION_DAYS = 365
    User.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - LONG_AGO)
    return alice


def _is_erased(user: User) -> bool:
    call_command("erase_accounts")
    return User.objects.get(pk=user.pk).username.startswith("deleted-")


def test_an_unused_account_is_erased_after_the_retention_period(
    forgotten: User, event: Event
) -> None:
    newcomer = make_user("newcomer")
    _book(forgotten, event, 0)
    _let_it_be_over(event, days=400)
    assert _is_erased(forgotten)
    assert not _is_erased(newcomer)
    assert Erasure.objects.get().cause == Erasure.Cause.RETENTION
    assert SecurityEvent.objects.get(kind=Kind.PERSON_ERASED).actor_id is None


def test_unused_accounts_are_kept_by_default(forgotten: User, settings: Settings) -> None:
    settings.SEATCAST_RETENTION_DAYS = 0
    assert not _is_erased(forgotten)


@pytest.mark.parametrize("still", ["signed in", "tokens", "booked", "organises"])
def test_an_account_in_use_is_kept(forgotten: User, event: Event, still: str) -> None:
    match still:
        case "signed in":
            signed_in(forgotten)
            User.objects.update(last_login=None)
        case "tokens":
            tokens.issue_pair(forgotten)
            SignIn.objects.all().delete()
        case "booked":
            _book(forgotten, event, 0)
            _let_it_be_over(event, days=300)
        case _:
            User.objects.update(is_staff=True)
    assert not _is_erased(forgotten)
