"""Set up, rename and remove second factors, and their effect on sessions."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts import revocations
from accounts.models import Authenticator, Passkey, RecoveryCode, User
from accounts.second_factor import passkeys, recovery
from infrastructure.security_log.models import Kind, SecurityEvent
from tests.accounts.second_factor.device import (
    App,
    Key,
    add_key,
    first_step,
    second_step,
    with_app,
)
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = pytest.mark.django_db

TOTP = "/api/second-factor/totp/"
KEYS = "/api/second-factor/passkeys/"
ASKED = {"password": PASSWORD}


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SEATCAST_SITE_URL = "http://localhost:8000"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


def _set_up_app(client: Any) -> tuple[App, Any]:
    begun = client.post(TOTP, ASKED)
    assert begun.status_code == 200, begun.content
    app = App(begun.json()["secret"])
    return app, client.post(TOTP + "confirm/", {"code": app.code()})


def test_an_app_counts_once_it_is_confirmed(alice: User) -> None:
    client: Any = signed_in(alice)
    begun = client.post(TOTP, ASKED).json()
    assert begun["uri"].startswith("otpauth://totp/Seatcast:alice")
    assert client.get("/api/second-factor/").json()["totp"] is None
    refusal(client.post(TOTP + "confirm/", {"code": "000000"}), 401, "invalid_code")
    answer = client.post(TOTP + "confirm/", {"code": App(begun["secret"]).code()})
    assert len(answer.json()["recovery_codes"]) == recovery.CODE_COUNT
    found = client.get("/api/second-factor/").json()
    assert found["totp"]["created_at"]
    assert found["recovery_codes_left"] == recovery.CODE_COUNT
    row = SecurityEvent.objects.get(kind=Kind.SECOND_FACTOR_ADDED)
    assert (row.subject_id, row.details) == (alice.pk, {"method": "totp"})


def test_setting_up_the_first_factor_changes_the_session_key(alice: User) -> None:
    client: Any = signed_in(alice)
    before = client.cookies["sessionid"].value
    _set_up_app(client)
    assert client.cookies["sessionid"].value != before
    assert client.get("/api/me/").json()["second_factor"]["passed"] is True
    assert [each["is_current"] for each in client.get("/api/sessions/").json()] == [True]


def test_a_session_that_has_not_passed_the_factor_does_not_change_it(alice: User) -> None:
    with_app(alice)
    client = signed_in(alice)
    assert client.get("/api/me/").json()["second_factor"]["passed"] is False
    found = refusal(client.post(TOTP + "remove/", ASKED), 403, "second_factor_required")
    assert found["set_up"] is True


def test_another_factor_ends_no_session(alice: User) -> None:
    client: Any = signed_in(alice)
    app, _ = _set_up_app(client)
    Authenticator.objects.update(last_step=0)
    other = stranger()
    challenge = first_step(other)["challenge"]
    assert second_step(other, challenge, code=app.code()).status_code == 200
    assert add_key(client, Key()).status_code == 200
    assert other.get("/api/me/").json()["second_factor"]["passed"] is True


def test_setting_up_a_factor_with_a_token_returns_a_pair_that_passed_it(alice: User) -> None:
    pair: Any = stranger().post("/api/token/", {"username": "alice", "password": PASSWORD})
    client: Any = stranger()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.json()['access']}")
    _, answer = _set_up_app(client)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert client.get("/api/me/").json()["second_factor"]["passed"] is True
    refused = stranger().post("/api/token/refresh/", {"refresh": pair.json()["refresh"]})
    refusal(refused, 401, "token_not_valid")


def test_a_second_app_is_refused_until_the_first_is_removed(alice: User) -> None:
    client: Any = signed_in(alice)
    _set_up_app(client)
    refusal(client.post(TOTP, ASKED), 409, "already_set_up")
    assert client.post(TOTP + "remove/", ASKED).status_code == 200
    assert _set_up_app(client)[1].status_code == 200


def test_removing_the_last_factor_removes_codes_and_passed_claims(alice: User) -> None:
    client: Any = signed_in(alice)
    _set_up_app(client)
    assert client.post(TOTP + "remove/", ASKED).status_code == 200
    assert not RecoveryCode.objects.exists()
    revocations.reset()
    standing = client.get("/api/me/").json()["second_factor"]
    assert standing == {"set_up": False, "passed": False, "required": False}
    # Nor does the session outlive a factor that is set up elsewhere.
    with_app(User.objects.get(pk=alice.pk))
    revocations.reset()
    refusal(client.get("/api/me/"), 401, "not_authenticated")


def test_passkeys_are_listed_renamed_and_removed(alice: User) -> None:
    client: Any = signed_in(alice)
    add_key(client, Key(), name="Blue key")
    [listed] = client.get("/api/second-factor/").json()["passkeys"]
    assert (listed["name"], listed["used_at"]) == ("Blue key", None)
    path = f"{KEYS}{listed['id']}/"
    assert client.patch(path, {"name": "Red key"}).status_code == 200
    assert Passkey.objects.get().name == "Red key"
    assert client.post(path + "remove/", ASKED).status_code == 200
    assert client.get("/api/me/").json()["second_factor"]["set_up"] is False


def test_removing_one_of_two_factors_keeps_the_other(alice: User) -> None:
    client: Any = signed_in(alice)
    _set_up_app(client)
    assert add_key(client, Key()).json().get("recovery_codes") is None
    assert client.post(TOTP + "remove/", ASKED).status_code == 200
    assert client.get("/api/me/").json()["second_factor"]["passed"] is True


def test_the_number_of_passkeys_is_limited(alice: User) -> None:
    client: Any = signed_in(alice)
    add_key(client, Key())
    Passkey.objects.bulk_create(
        Passkey(person=alice, name="", credential_id=str(number), public_key=b"")
        for number in range(passkeys.MOST_PASSKEYS - 1)
    )
    refusal(client.post(KEYS + "options/", ASKED), 409, "too_many_passkeys")


def test_new_recovery_codes_invalidate_the_old_ones(alice: User) -> None:
    client: Any = signed_in(alice)
    refusal(client.post("/api/second-factor/recovery-codes/", ASKED), 409, "not_set_up")
    _, answer = _set_up_app(client)
    fresh = client.post("/api/second-factor/recovery-codes/", ASKED).json()["recovery_codes"]
    assert not set(fresh) & set(answer.json()["recovery_codes"])
    assert RecoveryCode.objects.count() == recovery.CODE_COUNT


@pytest.mark.parametrize("path", [TOTP, TOTP + "remove/", KEYS + "options/", KEYS + "1/remove/"])
def test_a_session_alone_is_not_enough_to_change_factors(alice: User, path: str) -> None:
    found = refusal(signed_in(alice).post(path, {"password": "wrong"}), 400, "invalid")
    assert found["field_codes"] == {"password": ["wrong_password"]}
    assert not Authenticator.objects.exists()
