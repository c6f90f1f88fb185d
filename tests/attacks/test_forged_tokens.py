"""Forged and altered tokens are refused by the API and by WebSockets."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core import signing
from django.utils import timezone

from accounts import revocations, tokens
from accounts.models import Family, User
from realtime.identity import identify
from tests.contract.calls import refusal
from tests.factories import make_user, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

Claims = dict[str, Any]


def _joined(header: Claims, claims: Claims, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _signed(
    header: Claims, claims: Claims, *, key: str | bytes = "", digest: str = "sha256"
) -> str:
    """Return a token with an arbitrary header."""
    key = key or settings.SECRET_KEY
    signed = _joined(header, claims).rpartition(".")[0]
    raw = key.encode() if isinstance(key, str) else key
    return _joined(header, claims, hmac.new(raw, signed.encode(), digest).digest())


def _by_rsa(claims: Claims) -> str:
    return jwt.encode(claims, _RSA, algorithm="RS256")


_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PUBLIC = _RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
_HS256 = {"alg": "HS256", "typ": "JWT"}
_NOW = datetime.now(UTC)

FORGERIES: dict[str, Callable[[Claims], str]] = {
    **{
        f"unsigned, by {name!r}": lambda claims, name=name: _joined({"alg": name}, claims)  # type: ignore[misc]
        for name in ("none", "None", "NONE", "nOnE", "", None, ["none"], {"alg": "none"}, 0)
    },
    "unsigned, but signed": lambda claims: _signed({"alg": "none"}, claims),
    "signed by nothing": lambda claims: _joined(_HS256, claims),
    "of no algorithm": lambda claims: _signed({"typ": "JWT"}, claims),
    "signed with another key": lambda claims: jwt.encode(claims, "x" * 64, algorithm="HS256"),
    "signed with a word": lambda claims: _signed(_HS256, claims, key="secret"),
    "signed with half of the key": lambda claims: _signed(
        _HS256, claims, key=settings.SECRET_KEY[: len(settings.SECRET_KEY) // 2]
    ),
    "signed with its own header": lambda claims: _signed(_HS256, claims, key=json.dumps(_HS256)),
    "signed by RSA": _by_rsa,
    "signed by RSA, called HMAC": lambda claims: _joined(
        _HS256, claims, base64.urlsafe_b64decode(_by_rsa(claims).split(".")[2] + "==")
    ),
    "signed with a public key for a secret": lambda claims: _signed(_HS256, claims, key=_PUBLIC),
    "our key, called RSA": lambda claims: _signed({"alg": "RS256"}, claims),
    "our key, by SHA-512": lambda claims: _signed({"alg": "HS512"}, claims, digest="sha512"),
    "our key, by SHA-1": lambda claims: _signed({"alg": "HS1"}, claims, digest="sha1"),
    "our key, in small letters": lambda claims: _signed({"alg": "hs256"}, claims),
    "bringing its own key": lambda claims: _signed(
        {**_HS256, "jwk": {"kty": "oct", "k": "c2VjcmV0"}, "kid": "mine"}, claims, key="secret"
    ),
    "with its key elsewhere": lambda claims: _signed(
        {**_HS256, "jku": "https://evil.example/k", "x5u": "file:///etc/passwd"}, claims, key="x"
    ),
    "with its key in a file": lambda claims: _signed(
        {**_HS256, "kid": "../../../../dev/null"}, claims, key=b"\x00"
    ),
    "with a condition": lambda claims: _signed({**_HS256, "crit": ["exp"], "exp": 1}, claims),
    "of another person": lambda claims: _joined(
        _HS256, {**claims, "user_id": str(int(claims["user_id"]) + 1)}, _signature(claims)
    ),
    "of an organiser": lambda claims: _joined(
        _HS256, {**claims, "user_id": "1000000"}, _signature(claims)
    ),
    "of a longer life": lambda claims: _joined(
        _HS256, {**claims, "exp": claims["exp"] + 9_999}, _signature(claims)
    ),
    "in five parts": lambda claims: f"{_signed(_HS256, claims)}.x.y",
    "in two parts": lambda claims: _signed(_HS256, claims).rpartition(".")[0],
}

BAD_CLAIMS: dict[str, Claims] = {
    "expired": {"exp": int((_NOW - timedelta(seconds=1)).timestamp())},
    "expired, said in words": {"exp": "tomorrow"},
    "expiring never": {"exp": None},
    "not good yet": {"nbf": int((_NOW + timedelta(hours=1)).timestamp())},
    "a refresh token": {"token_type": "refresh"},
    "of no kind": {"token_type": None},
    "of a list of kinds": {"token_type": ["access"]},
}


@pytest.fixture
def alice() -> User:
    return make_user("alice")


@pytest.fixture
def claims(alice: User) -> Claims:
    """The claims of a valid token of alice's."""
    found: Claims = jwt.decode(
        tokens.issue_pair(alice)["access"], settings.SECRET_KEY, algorithms=["HS256"]
    )
    return found


def _signature(claims: Claims) -> bytes:
    return base64.urlsafe_b64decode(_signed(_HS256, claims).split(".")[2] + "==")


def _refuse(token: str) -> None:
    for path in ("/api/me/", "/api/reservations/"):
        answer = stranger().get(path, HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.json()["code"] in ("token_not_valid", "not_authenticated", "invalid_token")
        refusal(answer, 401, answer.json()["code"])
    assert (
        identify({"subprotocols": ["seatcast", f"bearer.{token}"], "headers": []}).credential
        is None
    )


def test_the_forging_helper_can_make_a_valid_token(alice: User, claims: Claims) -> None:
    token = _signed(_HS256, claims)
    answer = stranger().get("/api/me/", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.json()["username"] == "alice"
    assert identify({"subprotocols": [f"bearer.{token}"], "headers": []}).requester.id == alice.pk


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused(forgery: str, claims: Claims) -> None:
    _refuse(FORGERIES[forgery](claims))


@pytest.mark.parametrize("claim", BAD_CLAIMS)
def test_a_token_with_changed_claims_is_refused(claim: str, claims: Claims) -> None:
    _refuse(_signed(_HS256, {**claims, **BAD_CLAIMS[claim]}))


@pytest.mark.parametrize("missing", ["exp", "token_type", "jti"])
def test_a_token_with_missing_claims_is_refused(missing: str, claims: Claims) -> None:
    _refuse(_signed(_HS256, {name: claims[name] for name in claims if name != missing}))


@pytest.mark.parametrize("forgery", ["unsigned, by 'none'", "signed with another key"])
def test_a_forged_refresh_token_has_no_effect(forgery: str, alice: User) -> None:
    refresh = tokens.issue_pair(alice)["refresh"]
    claims: Claims = jwt.decode(refresh, settings.SECRET_KEY, algorithms=["HS256"])
    for path in ("/api/token/refresh/", "/api/token/revoke/"):
        for forged in (FORGERIES[forgery](claims), tokens.issue_pair(alice)["access"]):
            refusal(stranger().post(path, {"refresh": forged}), 401, "token_not_valid")
    assert stranger().post("/api/token/refresh/", {"refresh": refresh}).status_code == 200


def test_a_stolen_refresh_token_is_revoked_once_both_have_used_it(alice: User) -> None:
    stolen = tokens.issue_pair(alice)["refresh"]
    owners = stranger().post("/api/token/refresh/", {"refresh": stolen}).json()
    Family.objects.update(rotated_at=timezone.now() - timedelta(minutes=1))
    refusal(stranger().post("/api/token/refresh/", {"refresh": stolen}), 401, "token_not_valid")
    revocations.reset()
    _refuse(owners["access"])
    answer = stranger().post("/api/token/refresh/", {"refresh": owners["refresh"]})
    refusal(answer, 401, "token_not_valid")


def test_a_value_signed_for_another_purpose_is_no_token(alice: User) -> None:
    for made in (signing.dumps({"user_id": alice.pk}), signing.Signer().sign("alice")):
        _refuse(made)
