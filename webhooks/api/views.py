"""The API of webhooks and of the feed, for owners of organisations."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import DoneSerializer
from infrastructure.security_log.pagination import add_next_link
from reservations.api.permissions import HasPermission
from reservations.permissions import Permission
from webhooks import selectors, services
from webhooks.api.serializers import (
    ChangedEndpointSerializer,
    DeliveriesQuerySerializer,
    DeliverySerializer,
    EndpointSerializer,
    FeedQuerySerializer,
    FeedSerializer,
    FeedSettingSerializer,
    NewEndpointSerializer,
    NewSecretSerializer,
    ReplayedSerializer,
)
from webhooks.services import NewSecret

_OWNERS = {"x-permissions": [str(Permission.CHANGE_ORGANISATION)]}


class OwnersView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_ORGANISATION),)


class FeedView(OwnersView):
    @extend_schema(
        operation_id="feed",
        parameters=[FeedQuerySerializer],
        responses=FeedSerializer,
        extensions=_OWNERS,
    )
    def get(self, request: Request, organisation_id: int) -> Response:
        """Read the messages that webhooks send, in order and without gaps, from a cursor on.

        A message that was committed before the request is in the response, or in a page after it.
        """
        query = _validated(FeedQuerySerializer, request.query_params)
        page = selectors.feed(organisation_id=organisation_id, **query)
        return Response(
            {
                "is_open": page.is_open,
                "messages": page.messages,
                "after": page.after,
                "has_more": page.has_more,
            }
        )

    @extend_schema(
        operation_id="open_feed",
        request=FeedSettingSerializer,
        responses=FeedSettingSerializer,
        extensions=_OWNERS,
    )
    def put(self, request: Request, organisation_id: int) -> Response:
        """Store messages from now on, or stop. The first webhook opens the feed by itself."""
        body = _validated(FeedSettingSerializer, request.data)
        services.set_feed(organisation_id=organisation_id, **body)
        return Response(body)


class EndpointsView(OwnersView):
    @extend_schema(
        operation_id="webhooks",
        responses={200: EndpointSerializer(many=True)},
        extensions=_OWNERS,
    )
    def get(self, request: Request, organisation_id: int) -> Response:  # noqa: ARG002
        """List the webhooks of an organisation, oldest first."""
        return Response(selectors.endpoints(organisation_id=organisation_id))

    @extend_schema(
        operation_id="create_webhook",
        request=NewEndpointSerializer,
        responses={201: NewSecretSerializer},
        extensions=_OWNERS,
    )
    def post(self, request: Request, organisation_id: int) -> Response:
        """Create a webhook. Its secret is only in this response."""
        body = _validated(NewEndpointSerializer, request.data)
        made = services.create(
            organisation_id=organisation_id,
            url=body["url"],
            kinds=sorted(body["kinds"]),
            description=body.get("description", ""),
            owner_id=request.user.pk,
        )
        return Response(_with_secret(made), status=201)


class EndpointView(OwnersView):
    @extend_schema(operation_id="webhook", responses=EndpointSerializer, extensions=_OWNERS)
    def get(self, request: Request, organisation_id: int, endpoint_id: int) -> Response:  # noqa: ARG002
        """Return a webhook, without its secret."""
        return Response(_endpoint(organisation_id, endpoint_id))

    @extend_schema(
        operation_id="change_webhook",
        request=ChangedEndpointSerializer,
        responses=EndpointSerializer,
        extensions=_OWNERS,
    )
    def patch(self, request: Request, organisation_id: int, endpoint_id: int) -> Response:
        """Change a webhook, or turn it on or off.

        While it is off its queue waits, and new messages are only in the feed.
        """
        body = _validated(ChangedEndpointSerializer, request.data)
        if "kinds" in body:
            body["kinds"] = sorted(body["kinds"])
        services.change(
            organisation_id=organisation_id,
            endpoint_id=endpoint_id,
            owner_id=request.user.pk,
            **body,
        )
        return Response(_endpoint(organisation_id, endpoint_id))

    @extend_schema(
        operation_id="delete_webhook",
        request=None,
        responses={200: DoneSerializer},
        extensions=_OWNERS,
    )
    def delete(self, request: Request, organisation_id: int, endpoint_id: int) -> Response:
        """Delete a webhook with its deliveries; the feed keeps the messages."""
        _ = request.data  # refuses a malformed body
        services.delete(organisation_id=organisation_id, endpoint_id=endpoint_id)
        return Response({"success": True, "message": "Webhook deleted"})


class SecretView(OwnersView):
    @extend_schema(
        operation_id="rotate_webhook_secret",
        request=None,
        responses=NewSecretSerializer,
        extensions=_OWNERS,
    )
    def post(self, request: Request, organisation_id: int, endpoint_id: int) -> Response:
        """Make a new secret, which is only in this response. The old one signs too for a day."""
        _ = request.data  # refuses a malformed body
        made = services.rotate_secret(organisation_id=organisation_id, endpoint_id=endpoint_id)
        return Response(_with_secret(made))


class TestView(OwnersView):
    @extend_schema(
        operation_id="test_webhook",
        request=None,
        responses={201: DeliverySerializer},
        extensions=_OWNERS,
    )
    def post(self, request: Request, organisation_id: int, endpoint_id: int) -> Response:
        """Send a `webhook.test` message. Its delivery is in the log a few seconds later."""
        _ = request.data  # refuses a malformed body
        sent = services.send_test(organisation_id=organisation_id, endpoint_id=endpoint_id)
        return Response(selectors.delivery_record(sent), status=201)


class DeliveriesView(OwnersView):
    @extend_schema(
        operation_id="webhook_deliveries",
        parameters=[DeliveriesQuerySerializer],
        responses={200: DeliverySerializer(many=True)},
        extensions=_OWNERS,
    )
    def get(self, request: Request, organisation_id: int, endpoint_id: int) -> Response:
        """List the deliveries of the last 30 days, newest first.

        The `Link` header (RFC 8288) has the next page, if there is one.
        """
        query = _validated(DeliveriesQuerySerializer, request.query_params)
        page = selectors.deliveries(
            organisation_id=organisation_id, endpoint_id=endpoint_id, **query
        )
        response = Response(page.deliveries)
        if page.end is not None:
            add_next_link(response, request, before=str(page.end))
        return response


class ReplayView(OwnersView):
    @extend_schema(
        operation_id="replay_webhook",
        request=None,
        responses=DeliverySerializer,
        extensions=_OWNERS,
    )
    def post(
        self, request: Request, organisation_id: int, endpoint_id: int, delivery_id: int
    ) -> Response:
        """Send a message again, with the same id, whatever came of it before."""
        _ = request.data  # refuses a malformed body
        queued = services.replay_one(
            organisation_id=organisation_id, endpoint_id=endpoint_id, delivery_id=delivery_id
        )
        return Response(selectors.delivery_record(queued))


class ReplayFailedView(OwnersView):
    @extend_schema(
        operation_id="replay_failed_webhooks",
        request=None,
        responses=ReplayedSerializer,
        extensions=_OWNERS,
    )
    def post(self, request: Request, organisation_id: int, endpoint_id: int) -> Response:
        """Send all messages that were given up again, with the same ids."""
        _ = request.data  # refuses a malformed body
        number = services.replay_failed(organisation_id=organisation_id, endpoint_id=endpoint_id)
        return Response({"replayed": number})


def _endpoint(organisation_id: int, endpoint_id: int) -> dict[str, Any]:
    return selectors.endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)


def _with_secret(made: NewSecret) -> dict[str, Any]:
    """Return an endpoint with its new secret."""
    endpoint = made.endpoint
    return {**_endpoint(endpoint.organisation_id, endpoint.pk), "secret": made.secret}


def _validated(serializer: type[Any], data: Any) -> dict[str, Any]:
    """Return validated data. Raises: ValidationError."""
    form = serializer(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
