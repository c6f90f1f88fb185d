"""Views to export one's personal data, and to erase one's account."""

import logging
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import logout
from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.base_views import current_user, parsed_body
from accounts.api.serializers import DoneSerializer
from accounts.locked_rows import lock_current
from accounts.models import Erasure, User
from accounts.organisers import is_organiser
from accounts.personal_data import erasure
from accounts.personal_data.export import export_data
from accounts.personal_data.sources import sources
from accounts.reauthentication import require_password, require_second_factor_if_set_up
from accounts.throttles import ApiThrottle, ExportThrottle
from infrastructure.security_log.log import Kind, record
from infrastructure.slow_work.kinds import FILE
from infrastructure.slow_work.turns import place

FILE_NAME = "seatcast-data.json"

logger = logging.getLogger(__name__)


class UpcomingBookings(APIException):
    """The person has bookings for upcoming events, which nobody could cancel after an erasure."""

    status_code = 409
    default_code = "upcoming_bookings"
    default_detail = (
        "You have bookings for coming events. Cancel them first, or say that you keep the tickets."
    )

    def __init__(self, bookings: Sequence[Any] = ()) -> None:
        super().__init__()
        self.details = {"bookings": list(bookings)}


class OrganiserAccount(APIException):
    status_code = 409
    default_code = "organiser_account"
    default_detail = (
        "This account has an organiser's rights. Have another organiser take them first."
    )


class EraseSerializer(serializers.Serializer[User]):
    password = serializers.CharField(
        max_length=128,
        trim_whitespace=False,
        write_only=True,
        default="",
        help_text="Guests have none.",
    )
    keep_tickets = serializers.BooleanField(
        default=False,
        help_text="Erase also with bookings for upcoming events, whose tickets stay valid.",
    )


class ExportView(APIView):
    throttle_classes = (ApiThrottle, ExportThrottle)

    @extend_schema(operation_id="export", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return all data that is stored about oneself, as a file."""
        person = current_user(request)
        require_second_factor_if_set_up(request, person)
        with place(FILE, person=person.pk):
            found = export_data(person)
        record(Kind.DATA_EXPORTED, actor_id=person.pk, subject_id=person.pk)
        headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
        return Response(found, headers=headers)


class EraseView(APIView):
    @extend_schema(operation_id="erase", request=EraseSerializer, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """Erase one's account, permanently. Bookings stay, without personal data.

        Refused with bookings for upcoming events, unless `keep_tickets` is true: the tickets stay
        valid, but nobody can cancel them or send them again.
        """
        person = current_user(request)
        body = parsed_body(EraseSerializer, request)
        require_second_factor_if_set_up(request, person)
        if not person.is_guest:
            require_password(request, person, body["password"])
        if is_organiser(person):
            raise OrganiserAccount
        owed = [each for source in sources() for each in source.obligations(person_id=person.pk)]
        if owed and not body["keep_tickets"]:
            raise UpcomingBookings(owed)
        with transaction.atomic():
            lock_current(person)
            erasure.close(person, Erasure.Cause.ASKED)
        try:
            erasure.finish(person.pk)
        except Exception:
            # The account is closed in any case; housekeeping does the rest.
            logger.exception("An erasure is left to housekeeping")
        logout(request._request)
        return Response({"success": True, "message": "Your account is erased"})
