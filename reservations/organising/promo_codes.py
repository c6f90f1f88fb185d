"""Create and withdraw promo codes, which open the seats of a channel's allocation."""

import re
import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from infrastructure.security_log.log import Kind, record
from reservations.domain.errors import EndsInThePast, NotFound, PromoCodeTaken
from reservations.domain.states import AllocationKind, iso
from reservations.events.promo_codes import folded_code
from reservations.models import Allocation, PromoCode
from reservations.runtime import clock

MAX_PROMO_CODES = 500
"""How many codes an event may have."""
_LENGTH = 10
# Without characters that are read as others.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_WRITTEN = re.compile(r"[A-Z0-9][A-Z0-9-]{5,39}")


def create_promo_code(
    *,
    event_id: int,
    actor_id: int,
    allocation_id: int,
    max_seats: int,
    text: str = "",
    expires_at: datetime | None = None,
) -> int:
    """Create a code for a channel's seats and return its id; without `text` it is random.

    Raises: NotFound, PromoCodeTaken, EndsInThePast, ValidationError.
    """
    code = folded_code(text) or "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    if not _WRITTEN.fullmatch(code):
        message = "A code has 6 to 40 letters A to Z, digits and hyphens."
        raise ValidationError({"promo_code": message})
    now = clock.now()
    if expires_at is not None and expires_at <= now:
        raise EndsInThePast
    kept = Allocation.objects.filter(
        pk=allocation_id, event=event_id, kind=AllocationKind.CHANNEL, ended_at=None
    )
    if not kept.exists():
        raise NotFound("Seats of this event are not kept for that channel.")
    if PromoCode.objects.filter(event=event_id).count() >= MAX_PROMO_CODES:
        raise ValidationError({"promo_code": f"An event has at most {MAX_PROMO_CODES} codes."})
    try:
        with transaction.atomic():
            made = PromoCode.objects.create(
                event_id=event_id,
                allocation_id=allocation_id,
                code=code,
                max_seats=max_seats,
                expires_at=expires_at,
                created_at=now,
                created_by_id=actor_id,
            )
            _record(Kind.PROMO_CODE_CREATED, made, actor_id)
    except IntegrityError:
        raise PromoCodeTaken from None
    return made.pk


def withdraw_promo_code(*, event_id: int, actor_id: int, code_id: int) -> None:
    """Withdraw a code; again changes nothing. What is held with it can still be bought.

    Raises: NotFound.
    """
    with transaction.atomic():
        codes = PromoCode.objects.select_for_update(no_key=True, of=("self",))
        found = codes.filter(pk=code_id, event=event_id).first()
        if found is None:
            raise NotFound
        if found.withdrawn_at is None:
            found.withdrawn_at = clock.now()
            found.save(update_fields=["withdrawn_at"])
            _record(Kind.PROMO_CODE_WITHDRAWN, found, actor_id)


def _record(kind: Kind, code: PromoCode, actor_id: int) -> None:
    record(
        kind,
        actor_id=actor_id,
        event_id=code.event_id,
        details={
            "code": code.code,
            "label": code.allocation.label,
            "max_seats": code.max_seats,
            "expires_at": iso(code.expires_at),
        },
    )
