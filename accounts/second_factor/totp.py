"""Authenticator apps (TOTP, RFC 6238): six digits, 30 seconds, SHA-1, one step of drift.

Concurrency: a code is checked with its row locked. So of two requests with one code, in whatever
processes, one is accepted, and no more than MAX_WRONG_CODES are checked.
"""

import re
from datetime import datetime, timedelta

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import Throttled

from accounts.locked_rows import lock_current
from accounts.models import User
from accounts.models.second_factors import Authenticator
from accounts.second_factor.errors import AlreadySetUp, InvalidCode, NotSetUp
from infrastructure.security_log import encryption

STEP_SECONDS = 30
DRIFT_STEPS = 1

MAX_WRONG_CODES = 10
WRONG_CODES_WINDOW = timedelta(hours=1)
"""Three codes in a million are valid at a time: at this rate, guessing one takes years."""

CONFIRM_WITHIN = timedelta(minutes=15)
"""How long after its creation a secret can be confirmed."""

ISSUER = "Seatcast"

_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def start(person: User) -> tuple[str, str]:
    """Create an unconfirmed secret for a person; return it and its otpauth URI.

    Raises: AlreadySetUp, NotAuthenticated.
    """
    secret = pyotp.random_base32()
    with transaction.atomic():
        lock_current(person)
        kept = Authenticator.objects.filter(person=person)
        if kept.filter(confirmed_at__isnull=False).exists():
            raise AlreadySetUp
        kept.delete()
        Authenticator.objects.create(
            person=person, secret=encryption.encrypt(secret), created_at=timezone.now()
        )
    name = f"{person.username} ({_host()})"
    return secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def confirm(person: User, code: str) -> None:
    """Confirm the app by a valid code; the caller has locked the person's row.

    Raises: NotSetUp, InvalidCode.
    """
    now = timezone.now()
    found = Authenticator.objects.filter(person=person, confirmed_at=None).first()
    if found is None or found.created_at < now - CONFIRM_WITHIN:
        raise NotSetUp
    step = _matching_step(found, code, now=now)
    if step is None:
        raise InvalidCode
    found.last_step, found.confirmed_at = step, now
    found.save(update_fields=["last_step", "confirmed_at"])


def accept(person: User, code: str) -> bool:
    """Use up a code; return whether it is one of the person's app that was not used before.

    The caller's transaction must be committed also if it is not: wrong codes are counted.

    Raises: Throttled.
    """
    confirmed = Authenticator.objects.filter(person=person, confirmed_at__isnull=False)
    found = confirmed.select_for_update().first()
    if found is None:
        return False
    now = timezone.now()
    if found.wrong_since is None or found.wrong_since < now - WRONG_CODES_WINDOW:
        found.wrong_codes, found.wrong_since = 0, now
    if found.wrong_codes >= MAX_WRONG_CODES:
        raise Throttled(wait=(found.wrong_since + WRONG_CODES_WINDOW - now).total_seconds())
    step = _matching_step(found, code, now=now)
    if step is None or step <= found.last_step:
        found.wrong_codes += 1
        found.save(update_fields=["wrong_codes", "wrong_since"])
        return False
    found.last_step, found.used_at = step, now
    found.wrong_codes, found.wrong_since = 0, None
    found.save(update_fields=["last_step", "used_at", "wrong_codes", "wrong_since"])
    return True


def _matching_step(found: Authenticator, code: str, *, now: datetime) -> int | None:
    """Return the latest time step within the drift that a code matches, or None."""
    code = code.replace(" ", "")
    if not _CODE.fullmatch(code):
        return None
    try:
        totp = pyotp.TOTP(encryption.decrypt(found.secret))
    except encryption.DecryptionFailed:
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present + DRIFT_STEPS, present - DRIFT_STEPS - 1, -1):
        if constant_time_compare(totp.generate_otp(step), code):
            return step
    return None


def _host() -> str:
    return str(settings.SEATCAST_SITE_URL).partition("://")[2]
