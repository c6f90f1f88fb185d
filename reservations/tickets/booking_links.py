"""The links in mail about bookings that have an address of their own.

Such a booking was sold at the box office, or split off for somebody else, and no account with its
address has it. Whoever has the link sees that one booking. An account that has verified the address
can take the booking over by it. The link is valid for one address of one booking: until the address
is another one, or an account has the booking.

Links and addresses are checked against locked rows before anything is changed.
"""

from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from infrastructure.security_log.log import Kind, record
from infrastructure.security_log.mail_addresses import folded_address
from reservations.bookings import booking_records
from reservations.bookings.records import ReservationRecord
from reservations.domain.errors import OtherAddress, ReservationNotFound
from reservations.events.locking import lock_event
from reservations.models import Reservation

_SALT = "reservations.links.booking"


def fragment(*, public_id: str, address: str) -> str:
    """Return the URL fragment of the link to a booking that is mailed to its own address."""
    return f"token={signing.dumps(_digest(public_id, address), salt=_SALT)}"


def shown(*, public_id: str, token: str) -> ReservationRecord:
    """Return the booking of a link. Raises: ReservationNotFound, also for another token."""
    booking = _of_link(Reservation.objects.filter(public_id=public_id), token)
    return booking_records.reservation(reservation_id=booking.pk)


def take_over(*, public_id: str, token: str, person_id: int) -> ReservationRecord:
    """Make the booking of a link an account's, and return it.

    It has no name and address of its own any more. A repeated call changes nothing. Raises:
    ReservationNotFound, also for another token; OtherAddress unless the account has verified the
    booking's address, or if another account booked it.
    """
    stored = Reservation.objects.filter(public_id=public_id)
    event_id = stored.values_list("event_id", flat=True).first()
    if event_id is None:
        raise ReservationNotFound
    with transaction.atomic():
        # Seats count towards the account's caps before or after a command, not in between.
        lock_event(event_id)
        locked = stored.select_for_update(no_key=True)
        if (own := locked.filter(user=person_id, buyer_email="").first()) is not None:
            return booking_records.reservation(reservation_id=own.pk)
        booking = _of_link(locked, token)
        is_of_account = booking.user_id is not None and booking.split_from_id is None
        if is_of_account or not _has_verified(person_id, booking.buyer_email):
            raise OtherAddress
        booking.user_id, booking.buyer_name, booking.buyer_email = person_id, "", ""
        booking.save(update_fields=["user", "buyer_name", "buyer_email"])
        record(
            Kind.RESERVATION_TAKEN_OVER,
            actor_id=person_id,
            subject_id=person_id,
            event_id=event_id,
            details={"reservation": public_id},
        )
        return booking_records.reservation(reservation_id=booking.pk)


def _has_verified(person_id: int, address: str) -> bool:
    """Lock an account's row, and return whether it has verified an address."""
    people = get_user_model()._default_manager.select_for_update(no_key=True)
    account = people.filter(
        pk=person_id, is_active=True, guest_since=None, email_verified_at__isnull=False
    ).first()
    return account is not None and folded_address(account.email) == folded_address(address)


def _of_link(found: QuerySet[Reservation], token: str) -> Reservation:
    """Return the booking if the token is for its row. Raises: ReservationNotFound."""
    try:
        digest = str(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError):
        raise ReservationNotFound from None
    booking = found.first()
    if (
        booking is None
        or not booking.buyer_email
        or not constant_time_compare(digest, _digest(booking.public_id, booking.buyer_email))
    ):
        raise ReservationNotFound
    return booking


def _digest(public_id: str, address: str) -> str:
    return salted_hmac(_SALT, repr((public_id, address)), algorithm="sha256").hexdigest()
