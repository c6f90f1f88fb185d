"""The views of whoever has the link in a mail about a booking with an address of its own."""

from typing import Any

from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations.api.documentation import edits
from reservations.api.requests import actor
from reservations.api.serializers import ReservationSerializer
from reservations.tickets import booking_links

MAX_TOKEN = 400


class BookingLinkSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(
        max_length=MAX_TOKEN,
        default="",
        help_text="Of the link. Another one is answered like an unknown booking.",
    )


class BookingLinkView(APIView):
    """The link is the only credential."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @edits("linked_reservation", ReservationSerializer, body=BookingLinkSerializer)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Return the booking of a mailed link, signed in or not. Nothing is changed."""
        token = _token(request)
        return Response(booking_links.shown(public_id=reservation_id, token=token))


class TakeOverView(APIView):
    @edits("take_over", ReservationSerializer, body=BookingLinkSerializer)
    def post(self, request: Request, reservation_id: str) -> Response:
        """Take over the booking of a mailed link, with its address verified for one's account.

        Refused with `other_address` otherwise. The link is invalid afterwards. Doing so twice
        changes nothing.
        """
        token, person_id = _token(request), actor(request).id
        found = booking_links.take_over(public_id=reservation_id, token=token, person_id=person_id)
        return Response(found)


def _token(request: Request) -> str:
    """Return the token of the body. Raises: ParseError, ValidationError."""
    return str(BookingLinkSerializer().run_validation(request.data)["token"])
