"""The views of payments that wait for the buyer or their bank."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations.api.documentation import edits, reads
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import actor
from reservations.domain.errors import PaymentNotFound
from reservations.payments import disputes, open_payments, payment_records
from reservations.payments.payment_records import BuyersPaymentRecord
from reservations.ports.payment_provider import InvalidNotice, Progress, read_notice

MAX_NOTICE_BYTES = 64 * 1024


BuyersPaymentSerializer = serializer_of(BuyersPaymentRecord)


class PaymentProgressSerializer(serializers.Serializer[Any]):
    payment = BuyersPaymentSerializer()
    action_url = serializers.CharField(
        allow_null=True,
        help_text="What the buyer must visit, by the API's address. Null: nothing, while their bank"
        " decides or afterwards.",
    )
    is_declined = serializers.BooleanField(
        help_text="Whether the last try was declined; the buyer may try again."
    )


class PaymentsView(APIView):
    @reads("payments", BuyersPaymentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the requester's open payments, newest first."""
        return Response(payment_records.open_payments(person_id=actor(request).id))


class PaymentView(APIView):
    @reads("payment", BuyersPaymentSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Return one of the requester's payments, without asking the provider."""
        return Response(payment_records.payment(reference=reference, person_id=actor(request).id))


class RefreshView(APIView):
    @edits("refresh_payment", PaymentProgressSerializer)
    def post(self, request: Request, reference: str) -> Response:
        """Ask the provider about a payment, and reserve its seats if it was authorised."""
        person_id = _payer(request, reference)
        progress = open_payments.advance(reference)
        return Response(_answer(reference, person_id, progress))


class GiveUpView(APIView):
    @edits("give_up_payment", BuyersPaymentSerializer)
    def post(self, request: Request, reference: str) -> Response:
        """Give up an open payment, to pay another way. The seats stay held until their deadline.

        It changes nothing once the payment is decided.
        """
        person_id = _payer(request, reference)
        open_payments.give_up(reference)
        return Response(payment_records.payment(reference=reference, person_id=person_id))


class NoticesView(APIView):
    """For the payment provider alone: its signature is the only authentication."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        """Ask the provider about the payments that its notice names."""
        # A body that is sent in chunks does not tell its length before.
        body = request._request.read(MAX_NOTICE_BYTES + 1)
        if len(body) > MAX_NOTICE_BYTES:
            raise ParseError("The notice is too large.")
        try:
            references = read_notice(headers=request.headers, body=body)
        except InvalidNotice:
            raise ParseError("This is no notice of the payment provider.") from None
        for reference in references:
            try:
                disputes.follow(reference)
            except PaymentNotFound:
                # Of another site with the same account at the provider.
                continue
        return Response(status=204)


def _payer(request: Request, reference: str) -> int:
    """Return the requester's id if it is their payment. Raises: PaymentNotFound, ParseError."""
    _ = request.data
    person_id = actor(request).id
    payment_records.payment(reference=reference, person_id=person_id)
    return person_id


def _answer(reference: str, person_id: int, progress: Progress | None) -> dict[str, Any]:
    found = payment_records.payment(reference=reference, person_id=person_id)
    is_open = progress is not None and found["state"] == payment_records.OPEN
    return {
        "payment": found,
        "action_url": (progress.action_url or None) if progress is not None and is_open else None,
        "is_declined": progress is not None and is_open and progress.is_declined,
    }
