"""Mail a booking to its buyer again."""

from django.db import transaction

from reservations.bookings.rebooking import changed_booking
from reservations.domain.errors import NoAddress, ReservationNotFound
from reservations.models import Reservation
from reservations.ports.notices import notices


def send_again(*, reservation_id: int) -> bool:
    """Queue a mail with a live booking; return False if it was mailed too often.

    Raises: ReservationNotFound, NoAddress.
    """
    found = Reservation.objects.select_related("event", "user").filter(pk=reservation_id).first()
    if found is None:
        raise ReservationNotFound
    with transaction.atomic():
        is_sent = notices().booking_changed(changed_booking(found, found.event, is_change=False))
    if not is_sent and not notices().has_address(found.user_id, found.buyer_email):
        raise NoAddress
    return is_sent
