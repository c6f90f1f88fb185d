"""The views by which organisers manage their events."""

from typing import Any

from django.core.exceptions import ValidationError as FieldsError
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from infrastructure.security_log.pagination import add_next_link
from organisations.errors import OrganisationNotFound
from reservations.api.documentation import edits, reads
from reservations.api.event_serializers import (
    CancelledEventSerializer,
    CategoriesSerializer,
    CategoryEditsSerializer,
    CreatedSerializer,
    DuplicateSerializer,
    EventFieldsSerializer,
    EventSettingsSerializer,
    NewEventSerializer,
    PictureQuerySerializer,
    PublishSerializer,
    invalid,
)
from reservations.api.permissions import HasPermission
from reservations.api.public_views import EventView
from reservations.api.requests import actor, requester
from reservations.api.revisions import revision_of, tagged
from reservations.api.serializers import EventSerializer, EventsQuerySerializer, written_place
from reservations.events import access, selectors
from reservations.formats.time_zones import default_time_zone
from reservations.organising import (
    cancelling,
    duplication,
    editing,
    event_settings,
    lifecycle,
    pictures,
)
from reservations.organising.editing import CategoryEdit
from reservations.organising.seating import EventDetails, create_event
from reservations.permissions import Permission
from reservations.runtime.throttles import throttle

CANCELLING_SECONDS = 5.0
"""How long the request that cancels an event cancels bookings; housekeeping does the rest."""
YEAR_SECONDS = 365 * 24 * 60 * 60

_ADD = HasPermission.to(Permission.VIEW_EVENT, write=Permission.ADD_EVENT)
_CHANGE = HasPermission.to(Permission.CHANGE_EVENT)
_MAY_CHANGE = [Permission.CHANGE_EVENT]


class OrganisationEventsView(APIView):
    permission_classes = (_ADD,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not event_settings.has_organisation(organisation_id=kwargs["organisation_id"]):
            raise OrganisationNotFound

    @reads(
        "organisation_events",
        EventSerializer(many=True),
        query=EventsQuerySerializer,
        permissions=[Permission.VIEW_EVENT],
    )
    def get(self, request: Request, organisation_id: int) -> Response:
        """List the events of an organisation by date, drafts and cancelled ones included.

        The `Link` header (RFC 8288) has the next page, if there is one.
        """
        query = EventsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        only = selectors.EventFilter(
            words=asked["search"],
            starts_from=asked["starts_from"],
            starts_before=asked["starts_before"],
            upcoming=asked["upcoming"],
            organisation_id=organisation_id,
        )
        page = selectors.events(
            requester=requester(request), only=only, limit=asked["limit"], after=asked.get("after")
        )
        response = Response(page.events)
        if page.end is not None:
            add_next_link(response, request, after=written_place(page.end))
        return response

    @edits(
        "create_event",
        CreatedSerializer,
        body=NewEventSerializer,
        status=201,
        permissions=[Permission.ADD_EVENT],
    )
    def post(self, request: Request, organisation_id: int) -> Response:
        """Create a draft without seats."""
        body = _body(NewEventSerializer, request)
        zone = body.get("time_zone") or default_time_zone()
        try:
            details = EventDetails(
                name=body["name"],
                venue=body["venue"],
                date=editing.in_zone(body["date"], zone, field="date"),
                price=body["price"],
                currency=body["currency"],
                time_zone=zone,
                description=body["description"],
                is_draft=True,
                organisation_id=organisation_id,
            )
            event = create_event(details=details)
        except FieldsError as error:
            raise invalid(error) from None
        return Response({"id": event.pk}, status=201)


class EventSettingsView(EventView):
    permission_classes = (_CHANGE,)

    @reads("event_settings", EventSettingsSerializer, permissions=_MAY_CHANGE)
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return an event as its organisers set it, with the figures of its sale."""
        return _settings(event_id)

    @edits(
        "edit_event",
        EventSettingsSerializer,
        body=EventFieldsSerializer(partial=True),
        permissions=_MAY_CHANGE,
        has_revision=True,
    )
    def patch(self, request: Request, event_id: int) -> Response:
        """Change some of an event's settings, all or none.

        Times without an offset are in the event's time zone. What is held or sold keeps its price.
        The currency cannot be changed while seats are held (`seats_taken`), after anything was
        booked or paid (`currency_in_use`), or if it cannot express a price of the event
        (`prices_not_payable`, which names them). With an If-Match that is not the event's
        ETag any more, nothing is changed: `stale_event` says who has edited it, and when.
        """
        form = EventFieldsSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        try:
            editing.edit_event(
                event_id=event_id,
                editor_id=actor(request).id,
                changes=form.validated_data,
                revision=revision_of(request),
            )
        except FieldsError as error:
            raise invalid(error) from None
        return _settings(event_id)


class CategoriesView(EventView):
    permission_classes = (_CHANGE,)

    @reads("categories", CategoriesSerializer, permissions=_MAY_CHANGE)
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """List an event's categories with their prices and numbers of seats."""
        return _categories(event_id)

    @edits(
        "edit_categories",
        CategoriesSerializer,
        body=CategoryEditsSerializer,
        permissions=_MAY_CHANGE,
        has_revision=True,
    )
    def put(self, request: Request, event_id: int) -> Response:
        """Change names, colours and prices of all categories. What is held or sold is untouched."""
        body = _body(CategoryEditsSerializer, request)
        try:
            editing.edit_categories(
                event_id=event_id,
                editor_id=actor(request).id,
                categories=[CategoryEdit(**each) for each in body["categories"]],
                revision=revision_of(request),
            )
        except FieldsError as error:
            raise invalid(error) from None
        return _categories(event_id)


class DuplicateView(EventView):
    permission_classes = (_CHANGE,)

    @edits(
        "duplicate_event",
        CreatedSerializer,
        body=DuplicateSerializer,
        status=201,
        permissions=_MAY_CHANGE,
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Create a draft with the settings, seats and picture of an event, at another date."""
        body = _body(DuplicateSerializer, request)
        zone = event_settings.time_zone(event_id=event_id)
        try:
            made = duplication.duplicate_event(
                event_id=event_id,
                editor_id=actor(request).id,
                date=editing.in_zone(body["date"], zone, field="date"),
                name=body.get("name", ""),
            )
        except FieldsError as error:
            raise invalid(error) from None
        return Response({"id": made}, status=201)


class PublishView(EventView):
    permission_classes = (_CHANGE,)

    @edits(
        "publish_event", EventSettingsSerializer, body=PublishSerializer, permissions=_MAY_CHANGE
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Show a draft to everyone or to members, or make an event a draft again.

        The latter is refused with `seats_taken` while seats are held or sold.
        """
        body = _body(PublishSerializer, request)
        who = actor(request).id
        if body["is_draft"]:
            lifecycle.unpublish_event(event_id=event_id, editor_id=who)
        else:
            lifecycle.publish_event(
                event_id=event_id, members_only=body["members_only"], editor_id=who
            )
        return _settings(event_id)


class OpenSaleView(EventView):
    permission_classes = (_CHANGE,)

    @edits("open_sale", EventSettingsSerializer, permissions=_MAY_CHANGE)
    def post(self, request: Request, event_id: int) -> Response:
        """Open the sale now, by the database's clock."""
        _ = request.data
        lifecycle.open_sale(event_id=event_id, editor_id=actor(request).id)
        return _settings(event_id)


class CloseSaleView(EventView):
    permission_classes = (_CHANGE,)

    @edits("close_sale", EventSettingsSerializer, permissions=_MAY_CHANGE)
    def post(self, request: Request, event_id: int) -> Response:
        """Close the sale now, by the database's clock. Seats that are held can still be booked."""
        _ = request.data
        lifecycle.close_sale(event_id=event_id, editor_id=actor(request).id)
        return _settings(event_id)


class CancelEventView(EventView):
    permission_classes = (_CHANGE,)

    @edits("cancel_event", CancelledEventSerializer, permissions=_MAY_CHANGE)
    def post(self, request: Request, event_id: int) -> Response:
        """Cancel an event: its holds end, its bookings are cancelled, and its buyers are told.

        Payments are returned by the provider within some minutes. Many bookings are cancelled
        after the response. Cancelling twice changes nothing more.
        """
        _ = request.data
        is_finished = cancelling.cancel_event(
            event_id=event_id, actor=actor(request), seconds=CANCELLING_SECONDS
        )
        found = event_settings.event_settings(event_id=event_id)
        return Response({"success": True, "is_finished": is_finished, "event": found})


class PictureParser(BaseParser):
    """The bytes of a file, at most one more than a picture may have."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        """Return the bytes."""
        return stream.read(pictures.MAX_BYTES + 1)


class PictureView(APIView):
    """The picture of an event. Everyone who sees the event may read it."""

    def get_permissions(self) -> list[Any]:
        is_edit = self.request.method in ("PUT", "DELETE")
        return [_CHANGE() if is_edit else IsAuthenticatedOrReadOnly()]

    def get_throttles(self) -> list[Any]:
        found = super().get_throttles()
        return [*found, throttle("picture")] if self.request.method == "PUT" else found

    def get_parsers(self) -> list[Any]:
        # There is no request when the schema is made.
        is_file = self.request is not None and self.request.method == "PUT"
        return [PictureParser()] if is_file else super().get_parsers()

    def perform_authentication(self, request: Request) -> None:
        """Authenticate lazily, so that public responses can be cached."""

    @reads("picture", bytes, query=PictureQuerySerializer)
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """Return the picture as WebP.

        With its digest as `v` it never changes; another digest is not found.
        """
        query = PictureQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        is_public = access.is_public(event_id=event_id)
        if not is_public:
            access.require_access(event_id=event_id, requester=requester(request))
        asked = query.validated_data
        digest, content = pictures.picture(
            event_id=event_id, digest=asked["v"], is_large=asked["size"] == "large"
        )
        etag = quote_etag(f"{digest}-{asked['size']}")
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            response = HttpResponse(content, content_type="image/webp")
        response["ETag"] = etag
        cacheability = "public" if is_public else "private"
        lasting = f"max-age={YEAR_SECONDS}, immutable" if asked["v"] else "no-cache"
        response["Cache-Control"] = f"{cacheability}, {lasting}"
        return response

    @edits("set_picture", EventSettingsSerializer, body=bytes, permissions=_MAY_CHANGE)
    def put(self, request: Request, event_id: int) -> Response:
        """Set the picture: a PNG, JPEG or WebP file of at most 5 MB as the body.

        Only its pixels are kept, as WebP in two sizes.
        """
        access.require_access(event_id=event_id, requester=requester(request))
        who = actor(request).id
        # REST framework does not parse an empty body.
        content: Any = request.data or b""
        pictures.set_picture(event_id=event_id, editor_id=who, content=content)
        return _settings(event_id)

    @edits("remove_picture", EventSettingsSerializer, permissions=_MAY_CHANGE)
    def delete(self, request: Request, event_id: int) -> Response:
        """Remove the picture."""
        access.require_access(event_id=event_id, requester=requester(request))
        _ = request.data
        pictures.remove_picture(event_id=event_id, editor_id=actor(request).id)
        return _settings(event_id)


def _settings(event_id: int) -> Response:
    found = event_settings.event_settings(event_id=event_id)
    return tagged(Response(found), found["revision"])


def _categories(event_id: int) -> Response:
    found = event_settings.categories(event_id=event_id)
    return tagged(Response(found), found["revision"])


def _body(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body. Raises: ParseError, ValidationError."""
    return dict(serializer().run_validation(request.data))
