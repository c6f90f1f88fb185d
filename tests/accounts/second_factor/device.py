"""Test doubles of a person's devices: an authenticator app, and a security key in software."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.models.second_factors import Authenticator
from accounts.second_factor import factors, totp
from tests.factories import PASSWORD

ORIGIN = "http://localhost:8000"
RP_ID = "localhost"


@dataclass
class App:
    """An authenticator app."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """Return the present code, or that of so many steps later."""
        present = pyotp.TOTP(self.secret).timecode(timezone.now())
        return pyotp.TOTP(self.secret).generate_otp(present + steps)


def with_app(person: User) -> App:
    """Set up an authenticator app for a person; its next code is unused."""
    secret, _ = totp.start(person)
    app = App(secret)
    factors.confirm_totp(person, app.code())
    Authenticator.objects.filter(person=person).update(last_step=0)
    person.refresh_from_db()
    return app


@dataclass
class Key:
    """A security key as a browser presents it: P-256, attestation none, a counter."""

    origin: str = ORIGIN
    rp_id: str = RP_ID
    counter: int = 0
    counts: bool = True
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.create()."""
        numbers = self.private.public_key().public_numbers()
        cose = {
            **{1: 2, 3: -7, -1: 1},
            **{-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")},
        }
        attested = (
            bytes(16)
            + len(self.credential_id).to_bytes(2, "big")
            + self.credential_id
            + cbor2.dumps(cose)
        )
        auth_data = self._auth_data(flags=0x45) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": auth_data})
        client_data = self._client_data("webauthn.create", options["challenge"])
        return {
            **self._envelope(),
            "response": {
                "clientDataJSON": _text(client_data),
                "attestationObject": _text(attestation),
                "transports": ["usb", "no such"],
            },
        }

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.get()."""
        self.counter += self.counts
        auth_data = self._auth_data(flags=0x05)
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = auth_data + hashlib.sha256(client_data).digest()
        signature = self.private.sign(signed, ec.ECDSA(hashes.SHA256()))
        return {
            **self._envelope(),
            "response": {
                "clientDataJSON": _text(client_data),
                "authenticatorData": _text(auth_data),
                "signature": _text(signature),
            },
        }

    def _envelope(self) -> dict[str, Any]:
        name = _text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}}

    def _auth_data(self, *, flags: int) -> bytes:
        rp = hashlib.sha256(self.rp_id.encode()).digest()
        return rp + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        client_data = {
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(client_data).encode()


def add_key(client: APIClient, key: Key, *, name: str = "Key") -> Any:
    """Register a security key over the API; return the response."""
    asked: Any = client.post("/api/second-factor/passkeys/options/", {"password": PASSWORD})
    assert asked.status_code == 200, asked.content
    made = key.create(asked.json()["options"])
    body = {"challenge": asked.json()["challenge"], "credential": made, "name": name}
    return client.post("/api/second-factor/passkeys/", body)


def first_step(client: APIClient, name: str = "alice", path: str = "/api/login/") -> dict[str, Any]:
    """Send the correct password; return the details of the required second step."""
    answer: Any = client.post(path, {"username": name, "password": PASSWORD})
    assert answer.status_code == 401, answer.content
    found: dict[str, Any] = answer.json()
    assert found["code"] == "second_factor_required"
    return found


def second_step(client: APIClient, challenge: str, **answer: Any) -> Any:
    """Take the second step of a sign-in by session."""
    body = {"challenge": challenge, "method": "totp", **answer}
    return client.post("/api/login/second-factor/", body)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
