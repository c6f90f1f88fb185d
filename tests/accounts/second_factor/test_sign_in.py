"""Sign in with a second factor, by session and by token."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Authenticator, Challenge, Passkey, RecoveryCode, User
from accounts.second_factor import recovery
from infrastructure.security_log import encryption
from infrastructure.security_log.models import Kind, SecurityEvent
from tests.accounts.second_factor.device import App, Key, add_key, first_step, second_step, with_app
from tests.contract.calls import refusal
from tests.factories import PASSWORD, Clock, make_user, signed_in, stranger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SEATCAST_SITE_URL = "http://localhost:8000"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


@pytest.fixture
def app(alice: User) -> App:
    return with_app(alice)


def test_without_a_second_factor_the_password_is_enough(alice: User) -> None:
    answer: Any = stranger().post("/api/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 200


def test_with_a_second_factor_the_password_is_not_enough(app: App) -> None:
    client = stranger()
    found = first_step(client)
    assert found["methods"] == ["totp", "recovery_code"]
    refusal(client.get("/api/me/"), 401, "not_authenticated")


def test_a_wrong_password_does_not_reveal_whether_a_factor_is_set_up(app: App) -> None:
    body = {"username": "alice", "password": "not-the-password"}
    found = refusal(stranger().post("/api/login/", body), 401, "invalid_credentials")
    assert "methods" not in found


def test_password_and_code_sign_in_and_are_logged(app: App, alice: User) -> None:
    client = stranger()
    answer = second_step(client, first_step(client)["challenge"], code=app.code())
    assert answer.status_code == 200, answer.content
    assert client.get("/api/me/").json()["second_factor"] == {
        "set_up": True,
        "passed": True,
        "required": False,
    }
    row = SecurityEvent.objects.get(kind=Kind.SECOND_FACTOR_PASSED)
    assert (row.subject_id, row.details) == (alice.pk, {"method": "totp"})


def test_tokens_take_the_second_step_and_keep_it_when_refreshed(app: App) -> None:
    client = stranger()
    challenge = first_step(client, path="/api/token/")["challenge"]
    body = {"challenge": challenge, "method": "totp", "code": app.code()}
    pair: Any = client.post("/api/token/second-factor/", body)
    assert pair.status_code == 200, pair.content
    for _ in range(2):
        headers: Any = {"HTTP_AUTHORIZATION": f"Bearer {pair.json()['access']}"}
        assert stranger().get("/api/me/", **headers).json()["second_factor"]["passed"] is True
        pair = client.post("/api/token/refresh/", {"refresh": pair.json()["refresh"]})


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_code_may_be_one_step_early_or_late(
    app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch, steps: int, is_good: bool
) -> None:
    monkeypatch.setattr(timezone, "now", clock)
    client = stranger()
    answer = second_step(client, first_step(client)["challenge"], code=app.code(steps))
    if is_good:
        assert answer.status_code == 200
    else:
        refusal(answer, 401, "invalid_code")


def test_a_recovery_code_signs_in_once_however_it_is_typed(app: App, alice: User) -> None:
    code = recovery.renew(alice)[0]
    typed = code.lower().replace("-", " ")
    for status in (200, 401):
        client = stranger()
        challenge = first_step(client)["challenge"]
        answer = second_step(client, challenge, method="recovery_code", code=typed)
        assert answer.status_code == status
    assert recovery.remaining(alice) == recovery.CODE_COUNT - 1


def test_a_passkey_signs_in(alice: User) -> None:
    key = Key()
    added = add_key(signed_in(alice), key)
    assert added.status_code == 200, added.content
    assert len(added.json()["recovery_codes"]) == recovery.CODE_COUNT
    client = stranger()
    asked = first_step(client)
    assert asked["methods"] == ["passkey", "recovery_code"]
    credential = key.get(asked["passkey"])
    answer = second_step(client, asked["challenge"], method="passkey", credential=credential)
    assert answer.status_code == 200, answer.content
    assert client.get("/api/me/").json()["second_factor"]["passed"] is True
    assert Passkey.objects.get().sign_count == key.counter == 1
    assert Passkey.objects.get().transports == ["usb"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:9999"},
        {"rp_id": "evil.example"},
    ],
)
def test_a_passkey_for_another_origin_is_refused(alice: User, wrong: dict[str, str]) -> None:
    key = Key()
    add_key(signed_in(alice), key)
    for name, value in wrong.items():
        setattr(key, name, value)
    client = stranger()
    asked = first_step(client)
    credential = key.get(asked["passkey"])
    answer = second_step(client, asked["challenge"], method="passkey", credential=credential)
    refusal(answer, 401, "invalid_passkey")


def test_a_client_on_a_subdomain_can_use_passkeys(alice: User, settings: Settings) -> None:
    settings.SEATCAST_SITE_URL = "https://example.org"
    settings.CLIENT_ORIGINS = ["https://tickets.example.org", "https://badexample.org"]
    for origin, status in (
        ("https://example.org", 200),
        ("https://tickets.example.org", 200),
        ("https://badexample.org", 401),
    ):
        person = make_user(password=PASSWORD)
        key = Key(origin=origin, rp_id="example.org")
        assert add_key(signed_in(person), key).status_code == status


def test_a_passkey_whose_counter_does_not_grow_is_refused(alice: User) -> None:
    key = Key()
    add_key(signed_in(alice), key)
    Passkey.objects.update(sign_count=7)
    client = stranger()
    asked = first_step(client)
    answer = second_step(
        client, asked["challenge"], method="passkey", credential=key.get(asked["passkey"])
    )
    refusal(answer, 401, "invalid_passkey")


def test_a_passkey_without_a_counter_is_accepted(alice: User) -> None:
    key = Key(counts=False)
    add_key(signed_in(alice), key)
    client = stranger()
    asked = first_step(client)
    answer = second_step(
        client, asked["challenge"], method="passkey", credential=key.get(asked["passkey"])
    )
    assert answer.status_code == 200


def test_a_new_password_invalidates_a_pending_second_step(app: App, alice: User) -> None:
    client = stranger()
    challenge = first_step(client)["challenge"]
    alice.set_password("another-long-word")
    alice.save()
    refusal(second_step(client, challenge, code=app.code()), 401, "challenge_over")


def test_a_challenge_expires_and_is_pruned(app: App) -> None:
    client = stranger()
    challenge = first_step(client)["challenge"]
    Challenge.objects.update(expires_at="2020-01-01T00:00Z")
    refusal(second_step(client, challenge, code=app.code()), 401, "challenge_over")
    call_command("prune_accounts")
    assert not Challenge.objects.exists()


def test_an_apps_secret_is_stored_encrypted(app: App, settings: Settings) -> None:
    sealed = Authenticator.objects.get().secret
    assert app.secret not in sealed
    assert encryption.decrypt(sealed) == app.secret
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another secret key, which is long enough to do"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert encryption.decrypt(sealed) == app.secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(encryption.DecryptionFailed):
        encryption.decrypt(sealed)
    client = stranger()
    alice = User.objects.get(username="alice")
    codes = recovery.renew(alice)
    assert not RecoveryCode.objects.filter(digest__icontains=codes[0][:4]).exists()
    answer = second_step(client, first_step(client)["challenge"], code=app.code())
    refusal(answer, 401, "invalid_code")


def test_removing_lost_factors_lets_the_person_sign_in(app: App, alice: User) -> None:
    session = signed_in(alice)
    assert session.get("/api/me/").status_code == 200
    with pytest.raises(CommandError, match="There is nobody"):
        call_command("remove_second_factors", "nobody")
    call_command("remove_second_factors", "Alice")
    refusal(session.get("/api/me/"), 401, "not_authenticated")
    answer: Any = stranger().post("/api/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 200
    assert SecurityEvent.objects.filter(kind=Kind.SECOND_FACTOR_REMOVED).exists()
