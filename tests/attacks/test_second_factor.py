"""Bypass a second factor: skip, replay, guess, borrow or remove it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from pytest_django import Settings

from accounts import revocations
from accounts.mail_links import address_fragment, password_fragment
from accounts.models import Authenticator, Challenge, Passkey, RecoveryCode, User
from accounts.second_factor import challenges, factors, recovery, totp
from accounts.tokens import issue_pair
from tests.accounts.second_factor.device import (
    App,
    Key,
    add_key,
    first_step,
    second_step,
    with_app,
)
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger, with_token

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


@pytest.mark.parametrize("path", ["/api/login/", "/api/token/"])
def test_the_second_step_cannot_be_skipped(app: App, path: str) -> None:
    client = stranger()
    body = {"username": "alice", "password": PASSWORD, "mfa": True, "mfa_at": 9e9, "method": "totp"}
    answer: Any = client.post(path, body)
    refusal(answer, 401, "second_factor_required")
    assert "sessionid" not in client.cookies
    assert "access" not in answer.json()


def test_the_second_step_requires_an_issued_challenge(app: App) -> None:
    for made_up in ("", "x", "x" * 100, "\u0000", "eyJhbGciOiJub25lIn0.e30.", 7, None):
        answer = second_step(stranger(), made_up, code=app.code())  # type: ignore[arg-type]
        assert answer.status_code in (400, 401)
        assert answer.json()["code"] in ("invalid", "challenge_over")
    digest = Challenge.objects.filter(person__username="alice")
    first_step(stranger())
    stolen = digest.values_list("pk", flat=True)[0]
    refusal(second_step(stranger(), stolen, code=app.code()), 401, "challenge_over")


def test_a_challenge_works_once(app: App, alice: User) -> None:
    client = stranger()
    challenge = first_step(client)["challenge"]
    assert second_step(client, challenge, code=app.code()).status_code == 200
    code = recovery.renew(alice)[0]
    again = second_step(stranger(), challenge, method="recovery_code", code=code)
    refusal(again, 401, "challenge_over")


def test_a_code_works_once(app: App) -> None:
    code = app.code()
    assert second_step(*_begun(), code=code).status_code == 200
    refusal(second_step(*_begun(), code=code), 401, "invalid_code")
    # Nor does an earlier code.
    refusal(second_step(*_begun(), code=app.code(-1)), 401, "invalid_code")


def test_a_passkeys_signature_works_for_its_challenge_only(alice: User) -> None:
    key = Key(counts=False)
    add_key(signed_in(alice), key)
    client = stranger()
    asked = first_step(client)
    credential = key.get(asked["passkey"])
    step: dict[str, Any] = {"method": "passkey", "credential": credential}
    other = first_step(client)["challenge"]
    refusal(second_step(client, other, **step), 401, "invalid_passkey")
    assert second_step(client, asked["challenge"], **step).status_code == 200
    refusal(second_step(client, asked["challenge"], **step), 401, "challenge_over")


def test_another_persons_factor_is_refused(app: App) -> None:
    bob = make_user("bob", password=PASSWORD)
    key, bobs = Key(), with_app(bob)
    client = signed_in(make_user("carol", password=PASSWORD))
    add_key(client, key)
    begun, challenge = _begun()
    refusal(second_step(begun, challenge, code=bobs.code()), 401, "invalid_code")
    code = recovery.renew(bob)[0]
    answer = second_step(begun, challenge, method="recovery_code", code=code)
    refusal(answer, 401, "invalid_code")
    challenge_of_alice = challenges.issue(
        User.objects.get(username="alice"), Challenge.Purpose.SIGN_IN
    )
    credential = key.get({"challenge": challenge_of_alice[1].nonce})
    answer = second_step(begun, challenge_of_alice[0], method="passkey", credential=credential)
    refusal(answer, 401, "invalid_passkey")


def test_wrong_codes_are_limited_by_challenge_and_by_hour(app: App) -> None:
    client, challenge = _begun()
    for _ in range(challenges.MAX_ATTEMPTS):
        refusal(second_step(client, challenge, code="000000"), 401, "invalid_code")
    refusal(second_step(client, challenge, code=app.code()), 401, "challenge_over")
    for _ in range(totp.MAX_WRONG_CODES - challenges.MAX_ATTEMPTS):
        refusal(second_step(*_begun(), code="000000"), 401, "invalid_code")
    # From any address, and also for the correct code.
    refusal(second_step(*_begun(), code=app.code()), 429, "throttled")
    Authenticator.objects.update(wrong_since=timezone.now() - totp.WRONG_CODES_WINDOW * 2)
    assert second_step(*_begun(), code=app.code()).status_code == 200


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "12 34 5x", "0x1234", "\u0000"])
def test_a_malformed_code_is_refused(app: App, code: str) -> None:
    answer = second_step(*_begun(), code=code)
    assert answer.status_code in (400, 401)


def _nested(depth: int) -> Any:
    found: Any = {}
    for _ in range(depth):
        found = {"id": found}
    return found


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 1},
        {"id": "\u0000"},
        {"id": "x" * 20_000},
        _nested(50),
        {"id": "KEY", "rawId": "KEY", "type": "public-key", "response": {}},
        {"id": "KEY", "rawId": "%%%", "type": "public-key", "response": {"signature": []}},
        {
            **{"id": "KEY", "rawId": "KEY", "type": "public-key"},
            "response": {
                **dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), "AAAA"),
                "userHandle": "=",
            },
        },
    ],
    ids=str,
)
def test_a_malformed_passkey_is_refused_at_sign_in(alice: User, credential: dict[str, Any]) -> None:
    key = Key()
    add_key(signed_in(alice), key)
    client = stranger()
    asked = first_step(client)
    name = key.get(asked["passkey"])["id"]
    step = {part: name if value == "KEY" else value for part, value in credential.items()}
    answer = second_step(client, asked["challenge"], method="passkey", credential=step)
    refusal(answer, 401, "invalid_passkey")


@pytest.mark.parametrize("credential", [{}, {"id": 1}, {"response": 7}, _nested(50)], ids=str)
def test_a_malformed_passkey_is_not_stored(alice: User, credential: dict[str, Any]) -> None:
    client = signed_in(alice)
    asked: Any = client.post("/api/second-factor/passkeys/options/", {"password": PASSWORD})
    body = {"challenge": asked.json()["challenge"], "credential": credential, "name": "Key"}
    refusal(client.post("/api/second-factor/passkeys/", body), 401, "invalid_passkey")
    assert not Passkey.objects.exists()


def test_a_stored_passkey_cannot_be_added_by_another_person(alice: User) -> None:
    key = Key()
    add_key(signed_in(alice), key)
    eve = signed_in(make_user("eve", password=PASSWORD))
    refusal(add_key(eve, key), 401, "invalid_passkey")


def test_another_persons_passkey_cannot_be_renamed_or_removed(alice: User) -> None:
    add_key(signed_in(alice), Key())
    eve = signed_in(make_user("eve", password=PASSWORD))
    path = "/api/second-factor/passkeys/"
    passkey = Passkey.objects.get().pk
    refusal(eve.patch(f"{path}{passkey}/", {"name": "x"}), 404, "not_found")
    refusal(eve.post(f"{path}{passkey}/remove/", {"password": PASSWORD}), 404, "not_found")
    assert Passkey.objects.get().name == "Key"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/second-factor/totp/"),
        ("post", "/api/second-factor/totp/remove/"),
        ("post", "/api/second-factor/passkeys/options/"),
        ("post", "/api/second-factor/recovery-codes/"),
        ("get", "/api/me/export/"),
        ("post", "/api/me/erase/"),
        ("post", "/api/password/change/"),
        ("post", "/api/email/change/"),
        ("post", "/api/email/confirm/"),
        ("post", "/api/invitations/accept/"),
    ],
)
def test_a_session_and_the_password_without_the_factor_cannot_change_the_account(
    alice: User, method: str, path: str
) -> None:
    app = with_app(alice)
    for client in (signed_in(alice), with_token(alice)):
        answer = getattr(client, method)(path, {"password": PASSWORD})
        refusal(answer, 403, "second_factor_required")
    assert second_step(*_begun(), code=app.code()).status_code == 200


def test_a_password_reset_keeps_the_second_factor(app: App, alice: User) -> None:
    alice.email = "alice@example.org"
    alice.save()
    body = {**_parts(password_fragment(alice)), "password": "another-long-word"}
    assert stranger().post("/api/password/reset/confirm/", body).status_code == 200
    answer = stranger().post("/api/login/", {"username": "alice", "password": "another-long-word"})
    refusal(answer, 401, "second_factor_required")


ADMIN_PAGES = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/reservations/reservation/",
    "/admin/password_change/",
    "/admin/no-such-page/",
]


@pytest.fixture
def boss(settings: Settings) -> User:
    settings.SEATCAST_REQUIRE_SECOND_FACTOR = True
    return make_user("boss", password=PASSWORD, is_staff=True, is_superuser=True)


@pytest.mark.parametrize("path", ADMIN_PAGES)
@pytest.mark.parametrize("has_factor", [False, True])
def test_the_admin_refuses_an_organiser_without_the_second_factor(
    boss: User, path: str, has_factor: bool
) -> None:
    if has_factor:
        with_app(boss)
    client = signed_in(boss)
    for send in (client.get, client.post):
        answer: Any = send(path)
        assert answer.status_code == 403
        assert b"second_factor_required" in answer.content
    assert client.get("/api/me/").json()["second_factor"]["required"] is True
    # They can still act as a buyer.
    assert client.get("/api/reservations/").status_code == 200
    assert client.post("/admin/logout/").status_code in (200, 302)


def test_the_admin_admits_an_organiser_with_the_second_factor(boss: User) -> None:
    app = with_app(boss)
    client = stranger()
    challenge = first_step(client, "boss")["challenge"]
    assert second_step(client, challenge, code=app.code()).status_code == 200
    assert client.get("/admin/accounts/user/").status_code == 200


def test_the_admin_sign_in_form_requires_a_code_and_accepts_it_once(boss: User) -> None:
    app, form = with_app(boss), {"username": "boss", "password": PASSWORD, "next": "/admin/"}
    client = stranger()
    code = app.code()
    for step in ("", "000000"):
        answer: Any = client.post("/admin/login/", {**form, "code": step}, format="multipart")
        assert answer.status_code == 200
        assert "_auth_user_id" not in client.session
    answer = client.post("/admin/login/", {**form, "code": code}, format="multipart")
    assert answer.status_code == 302
    assert client.get("/admin/").status_code == 200
    again: Any = stranger().post("/admin/login/", {**form, "code": code}, format="multipart")
    assert again.status_code == 200
    spare = recovery.renew(boss)[0]
    answer = stranger().post("/admin/login/", {**form, "code": spare}, format="multipart")
    assert answer.status_code == 302
    assert RecoveryCode.objects.count() == recovery.CODE_COUNT - 1


def test_a_steward_needs_the_second_factor_too(settings: Settings) -> None:
    settings.SEATCAST_REQUIRE_SECOND_FACTOR = True
    steward = make_user("steward", password=PASSWORD)
    steward.user_permissions.add(Permission.objects.get(codename="view_reservation"))
    assert signed_in(steward).get("/api/me/").json()["second_factor"]["required"] is True
    assert signed_in(make_user()).get("/api/me/").json()["second_factor"]["required"] is False


@pytest.mark.parametrize("path", ["/admin/", "/api/security-log/"])
def test_an_organisers_account_with_a_factor_has_no_rights_without_it(path: str) -> None:
    """Also where no second factor is required."""
    boss = make_user("boss", password=PASSWORD, is_staff=True, is_superuser=True)
    app = with_app(boss)
    for client in (signed_in(boss), with_token(boss)):
        answer: Any = client.get(path)
        assert answer.status_code in (302, 403)
    client = stranger()
    challenge = first_step(client, "boss")["challenge"]
    assert second_step(client, challenge, code=app.code()).status_code == 200
    assert client.get(path).status_code == 200


def _replace_app(person: User) -> None:
    factors.remove_totp(person)
    with_app(person)


_CHANGES: dict[str, Callable[[User], object]] = {
    "set up": with_app,
    "removed": lambda person: factors.remove_totp(person),
    "replaced": _replace_app,
    "new recovery codes": lambda person: factors.renew_recovery_codes(person),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_what_was_obtained_before_a_factor_changed_ends(alice: User, change: str) -> None:
    if change != "set up":
        with_app(alice)
    session, pair = signed_in(alice), issue_pair(alice, mfa_at=timezone.now())
    bearer = stranger()
    bearer.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    links = [address_fragment(alice, alice.email), password_fragment(alice)]
    _CHANGES[change](User.objects.get(pk=alice.pk))
    for client in (session, bearer):
        assert client.get("/api/reservations/").status_code == 401
    refused = stranger().post("/api/token/refresh/", {"refresh": pair["refresh"]})
    refusal(refused, 401, "token_not_valid")
    now = User.objects.get(pk=alice.pk)
    assert links != [address_fragment(now, now.email), password_fragment(now)]


def test_a_pending_second_step_ends_when_the_factor_is_replaced(app: App, alice: User) -> None:
    client, challenge = _begun()
    factors.remove_totp(alice)
    new = with_app(alice)
    for code in (app.code(), new.code()):
        refusal(second_step(client, challenge, code=code), 401, "challenge_over")
    refusal(second_step(*_begun(), code=app.code()), 401, "invalid_code")
    assert second_step(*_begun(), code=new.code()).status_code == 200


@pytest.mark.parametrize("with_tokens", [False, True])
@pytest.mark.parametrize("path", ["totp/remove/", "recovery-codes/"])
def test_whoever_changes_a_factor_stays_signed_in(app: App, path: str, with_tokens: bool) -> None:
    client = stranger()
    challenge = first_step(client)["challenge"]
    sign_in = "/api/token/second-factor/" if with_tokens else "/api/login/second-factor/"
    body = {"challenge": challenge, "method": "totp", "code": app.code()}
    pair: Any = client.post(sign_in, body).json()
    if with_tokens:
        client = stranger()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert client.post(f"/api/second-factor/{path}", {"password": PASSWORD}).status_code == 200
    revocations.reset()
    if with_tokens:
        refusal(client.get("/api/me/"), 401, "token_not_valid")
        pair = client.post("/api/token/refresh/", {"refresh": pair["refresh"]}).json()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert client.get("/api/me/").status_code == 200
    assert [each["is_current"] for each in client.get("/api/sessions/").json()] == [True]


def test_an_address_asked_for_before_the_factor_is_not_confirmed_after_it(alice: User) -> None:
    alice.email = "alice@example.org"
    alice.save()
    User.objects.filter(pk=alice.pk).update(email_verified_at=timezone.now())
    thief = signed_in(alice)
    body = {"password": PASSWORD, "email": "mallory@example.org"}
    assert thief.post("/api/email/change/", body).status_code == 200
    alice.refresh_from_db()
    link = _parts(address_fragment(alice, "mallory@example.org"))
    with_app(alice)
    # The thief's session has ended; one that did not pass the factor is refused too.
    assert thief.post("/api/email/confirm/", link).status_code == 401
    fresh = _parts(address_fragment(User.objects.get(pk=alice.pk), "mallory@example.org"))
    refused = signed_in(User.objects.get(pk=alice.pk)).post("/api/email/confirm/", fresh)
    refusal(refused, 403, "second_factor_required")
    assert User.objects.get(pk=alice.pk).email == "alice@example.org"


def _parts(fragment: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in fragment.split("&"))


def _begun() -> tuple[Any, str]:
    client = stranger()
    return client, first_step(client)["challenge"]
