"""What all mail about a booking names."""

from typing import Any

from reservations.models import Event, Reservation


def booking_fields(booking: Reservation, event: Event) -> dict[str, Any]:
    """Return the fields of `BookingNotice` for a booking of an event."""
    return {
        "person_id": booking.user_id,
        "address": booking.buyer_email,
        "public_id": booking.public_id,
        "event_id": event.pk,
        "event_name": event.name,
        "venue": event.venue,
        "venue_address": event.address,
        "date": event.date,
        "time_zone": event.time_zone,
        "organisation_id": event.organisation_id,
    }
