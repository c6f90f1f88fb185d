"""List and end sign-ins, and expire idle ones."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import revocations, tokens
from accounts.models import Family, SignIn, User
from accounts.sign_ins import tracking
from accounts.sign_ins.user_agents import describe_user_agent
from infrastructure.security_log.models import Kind, SecurityEvent
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SESSIONS = "/api/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


def _with_new_tokens(name: str = "alice") -> tuple[Any, str]:
    pair: Any = stranger().post("/api/token/", {"username": name, "password": PASSWORD})
    client: Any = stranger()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.json()['access']}")
    return client, pair.json()["refresh"]


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/5 Chrome/9 Safari/5 Edg/9", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("python-requests/2.32", "python-requests"),
        ("", ""),
        ("\u0000\u202e<script>", ""),
        ("x" * 100_000, "x" * 60),
    ],
)
def test_a_user_agent_is_described_in_two_words(user_agent: str, device: str) -> None:
    assert describe_user_agent(user_agent) == device


def test_sessions_and_tokens_are_listed_with_device_and_network(alice: User) -> None:
    client: Any = stranger()
    agent: Any = {"HTTP_USER_AGENT": FIREFOX}
    client.post("/api/login/", {"username": "alice", "password": PASSWORD}, **agent)
    _with_new_tokens()
    listed = client.get(SESSIONS).json()
    assert {each["kind"] for each in listed} == {"session", "tokens"}
    [here] = [each for each in listed if each["is_current"]]
    assert (here["kind"], here["device"]) == ("session", "Firefox, Linux")
    assert here["network"].startswith("10.")
    assert here["seen_at"].endswith(":00Z")


def test_ending_a_session_takes_effect_elsewhere_within_a_second(alice: User) -> None:
    client, other = signed_in(alice), signed_in(alice)
    assert other.get("/api/me/").status_code == 200
    there = next(each["id"] for each in _listed(client) if not each["is_current"])
    assert client.delete(f"{SESSIONS}{there}/").status_code == 200
    # Any process knows it at its next read, within a second.
    revocations.reset()
    refusal(other.get("/api/me/"), 401, "not_authenticated")
    assert client.get("/api/me/").status_code == 200
    assert SecurityEvent.objects.filter(kind=Kind.SESSION_ENDED, subject_id=alice.pk).exists()
    refusal(client.delete(f"{SESSIONS}{there}/"), 404, "not_found")


def test_ending_tokens_takes_effect_in_other_processes_within_a_second(
    alice: User,
) -> None:
    client = signed_in(alice)
    bearer, refresh = _with_new_tokens()
    assert bearer.get("/api/me/").status_code == 200
    there = next(each["id"] for each in _listed(client) if each["kind"] == "tokens")
    assert client.delete(f"{SESSIONS}{there}/").status_code == 200
    revocations.reset()
    refusal(bearer.get("/api/me/"), 401, "token_not_valid")
    refusal(bearer.post("/api/token/refresh/", {"refresh": refresh}), 401, "token_not_valid")


def test_an_id_of_the_list_is_no_credential(alice: User) -> None:
    client = signed_in(alice)
    [here] = _listed(client)
    assert here["id"] != client.cookies["sessionid"].value
    thief = stranger()
    thief.cookies["sessionid"] = here["id"]
    refusal(thief.get("/api/me/"), 401, "not_authenticated")


def test_signed_out_sessions_leave_the_list_and_are_pruned(alice: User) -> None:
    client, other = signed_in(alice), signed_in(alice)
    other.post("/api/logout/")
    assert len(_listed(client)) == 1
    call_command("prune_accounts")
    assert SignIn.objects.count() == 1


def test_after_a_password_change_only_the_current_session_is_listed(alice: User) -> None:
    client = signed_in(alice)
    signed_in(alice)
    _with_new_tokens()
    body = {"old_password": PASSWORD, "password": "another-long-word"}
    assert client.post("/api/password/change/", body).status_code == 200
    assert [each["is_current"] for each in _listed(client)] == [True]


def test_using_a_session_moves_its_idle_deadline(alice: User) -> None:
    client = signed_in(alice)
    _let_it_be_used_long_ago(client)
    assert client.get("/api/reservations/").status_code == 200
    stored = Session.objects.get(pk=client.cookies["sessionid"].value)
    assert stored.expire_date > timezone.now() + timedelta(days=13)
    assert SignIn.objects.get().seen_at > timezone.now() - timedelta(minutes=1)


def test_a_session_in_use_is_updated_once_a_minute(alice: User) -> None:
    client = signed_in(alice)
    _let_it_be_used_long_ago(client)
    client.get("/api/reservations/")
    seen = SignIn.objects.get().seen_at
    # As if the shared cache were unavailable: the session is loaded again.
    cache.clear()
    client.get("/api/reservations/")
    assert SignIn.objects.get().seen_at == seen


def test_an_organisers_session_expires_sooner_than_a_buyers(settings: Settings) -> None:
    settings.SEATCAST_STAFF_IDLE_SECONDS = 600
    settings.SEATCAST_SESSION_IDLE_SECONDS = 3600
    for person, seconds in ((make_user("boss", is_staff=True), 600), (make_user("bob"), 3600)):
        client = signed_in(person)
        stored = Session.objects.get(pk=client.cookies["sessionid"].value)
        left = (stored.expire_date - timezone.now()).total_seconds()
        assert seconds - 60 < left <= seconds
        Session.objects.filter(pk=stored.pk).update(expire_date=timezone.now())
        refusal(client.get("/api/me/"), 401, "not_authenticated")


def test_idle_tokens_expire(alice: User, settings: Settings) -> None:
    settings.SEATCAST_STAFF_IDLE_SECONDS = 600
    settings.SEATCAST_SESSION_IDLE_SECONDS = 3600
    for person, seconds in ((make_user("boss", is_staff=True), 600), (alice, 3600)):
        refresh = tokens.issue_pair(person)["refresh"]
        family = Family.objects.get(person=person)
        assert seconds - 60 < (family.expires_at - timezone.now()).total_seconds() <= seconds
        tokens.rotate(refresh)


def test_a_session_expires_a_month_after_signing_in(alice: User) -> None:
    client = signed_in(alice)
    session = client.session
    session["began"] -= 30 * 24 * 3600 - 60
    session.save()
    stored = Session.objects.get(pk=client.cookies["sessionid"].value)
    assert stored.expire_date < timezone.now() + timedelta(minutes=2)


def _listed(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(SESSIONS).json()
    return found


def _let_it_be_used_long_ago(client: Any) -> None:
    tracking.reset()
    long_ago = timezone.now() - timedelta(days=3)
    SignIn.objects.update(seen_at=long_ago)
    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
