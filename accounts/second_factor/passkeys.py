"""Passkeys (WebAuthn): storage and limits; py_webauthn does the cryptography.

A passkey belongs to a host (the RP id): that of SEATCAST_SITE_URL, where the client's pages are.
Allowed origins are that one and those of SEATCAST_CLIENT_ORIGINS on the same host or a subdomain.
User verification is preferred, not required: the password was checked before.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import User
from accounts.models.second_factors import Challenge, Passkey
from accounts.second_factor.errors import InvalidPasskey, TooManyPasskeys

MOST_PASSKEYS = 10
MAX_CREDENTIAL_CHARACTERS = 16_000
TIMEOUT_MS = 120_000

# User handles stored on authenticators depend on this value.
_HANDLE_SALT = "accounts.second_factor.passkeys"
_TRANSPORTS = {transport.value for transport in AuthenticatorTransport}


def rp_id() -> str:
    """Return the RP id: the host of SEATCAST_SITE_URL."""
    return urlsplit(settings.SEATCAST_SITE_URL).hostname or ""


def origins() -> list[str]:
    """Return the origins whose pages may use passkeys of this site."""
    host = rp_id()
    site = urlsplit(settings.SEATCAST_SITE_URL)
    others = [
        origin
        for origin in settings.CLIENT_ORIGINS
        if f".{urlsplit(origin).hostname or ''}".endswith(f".{host}")
    ]
    return [f"{site.scheme}://{site.netloc}", *others]


def creation_options(challenge: Challenge) -> dict[str, Any]:
    """Return the options for `navigator.credentials.create()`. Raises: TooManyPasskeys."""
    person: User = challenge.person
    known = list(Passkey.objects.filter(person=person))
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    options = generate_registration_options(
        rp_id=rp_id(),
        rp_name="Seatcast",
        user_id=_handle(person),
        user_name=person.username,
        challenge=challenge.nonce.encode(),
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_descriptor(passkey) for passkey in known],
    )
    return _as_data(options)


def request_options(challenge: Challenge) -> dict[str, Any]:
    """Return the options for `navigator.credentials.get()`."""
    known = Passkey.objects.filter(person=challenge.person)
    options = generate_authentication_options(
        rp_id=rp_id(),
        challenge=challenge.nonce.encode(),
        timeout=TIMEOUT_MS,
        allow_credentials=[_descriptor(passkey) for passkey in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _as_data(options)


def add(challenge: Challenge, credential: dict[str, Any], *, name: str) -> Passkey:
    """Store a passkey that a browser created; the caller has locked the person's row.

    Raises: InvalidPasskey, also if it is stored already, for anybody; TooManyPasskeys.
    """
    if Passkey.objects.filter(person=challenge.person).count() >= MOST_PASSKEYS:
        raise TooManyPasskeys
    try:
        _require_short(credential)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge.nonce.encode(),
            expected_rp_id=rp_id(),
            expected_origin=origins(),
        )
    except Exception as error:
        # The parsers of CBOR, ASN.1 and base64 raise various exceptions for malformed input.
        raise InvalidPasskey from error
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                person=challenge.person,
                name=name,
                credential_id=bytes_to_base64url(verified.credential_id),
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
                transports=_transports(credential),
            )
    except IntegrityError:
        raise InvalidPasskey from None


def check(challenge: Challenge, credential: dict[str, Any]) -> None:
    """Verify that one of the person's passkeys signed this challenge.

    A signature counter that did not grow is refused: the key may be a copy. Raises: InvalidPasskey.
    """
    # Compared in Python, because PostgreSQL raises an error for a NUL in the id.
    given_id = credential.get("id")
    known = Passkey.objects.filter(person=challenge.person)
    found = next((each for each in known if each.credential_id == given_id), None)
    if found is None:
        raise InvalidPasskey
    try:
        _require_short(credential)
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.nonce.encode(),
            expected_rp_id=rp_id(),
            expected_origin=origins(),
            credential_public_key=bytes(found.public_key),
            credential_current_sign_count=found.sign_count,
        )
    except Exception as error:
        # As in `add`.
        raise InvalidPasskey from error
    same = Passkey.objects.filter(pk=found.pk, sign_count=found.sign_count)
    if not same.update(sign_count=verified.new_sign_count, used_at=timezone.now()):
        raise InvalidPasskey


def _require_short(credential: dict[str, Any]) -> None:
    if len(json.dumps(credential)) > MAX_CREDENTIAL_CHARACTERS:
        raise InvalidPasskey


def _transports(credential: dict[str, Any]) -> list[str]:
    """Return the known transports among those that the browser reports; they are hints."""
    transports = credential["response"].get("transports")
    return (
        sorted({str(each) for each in transports} & _TRANSPORTS)
        if isinstance(transports, list)
        else []
    )


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=base64url_to_bytes(passkey.credential_id),
        transports=[AuthenticatorTransport(each) for each in passkey.transports],
    )


def _handle(person: User) -> bytes:
    """Return the user handle for authenticators: stable, and without personal data."""
    return salted_hmac(_HANDLE_SALT, str(person.pk), algorithm="sha256").digest()


def _as_data(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(options_to_json(options))
    return found
