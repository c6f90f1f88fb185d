"""The views of events and their seats, for everybody who may see them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from infrastructure.security_log.pagination import add_next_link
from reservations.api.documentation import reads
from reservations.api.permissions import HasPermission
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import accepts_gzip, actor, requester
from reservations.api.serializers import (
    EventDetailSerializer,
    EventSerializer,
    EventsQuerySerializer,
    LayoutSerializer,
    LockSerializer,
    MiniatureSerializer,
    RevenueSerializer,
    SeatSerializer,
    written_place,
)
from reservations.bookings import revenues
from reservations.box_office import sale_figures
from reservations.box_office.sale_figures import SaleFiguresRecord
from reservations.events import access, layouts, miniatures, seat_lists, seat_records, selectors
from reservations.permissions import Permission
from reservations.runtime import standby

YEAR_SECONDS = 365 * 24 * 60 * 60


class EventsView(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @reads("events", EventSerializer(many=True), query=EventsQuerySerializer)
    def get(self, request: Request) -> Response:
        """List the events that the requester may see, by date.

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
            managed=asked["managed"],
            scannable=asked["scannable"],
        )
        who = requester(request)
        read = partial(
            selectors.events,
            requester=who,
            only=only,
            limit=asked["limit"],
            after=asked.get("after"),
        )
        # What members and organisers see rests on their permissions.
        page = standby.read(read) if who.id is None else read()
        response = Response(page.events)
        if page.end is not None:
            add_next_link(response, request, after=written_place(page.end))
        return response


class EventView(APIView):
    """A view of one event that the requester may see."""

    permission_classes: Sequence[Any] = (IsAuthenticatedOrReadOnly,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access.require_access(event_id=kwargs["event_id"], requester=requester(request))


class EventDetailView(EventView):
    @reads("event", EventDetailSerializer)
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return one event with its categories and plan."""
        return Response(selectors.event(event_id=event_id))


class SeatsView(EventView):
    @reads("seats", SeatSerializer(many=True))
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """List all seats; a seat's position in the list is its index in WebSocket frames.

        `X-Seatcast-Layout` names that order. With If-None-Match the response is 304 if nothing has
        changed.
        """
        version = seat_records.seats_version(event_id=event_id)
        response = get_conditional_response(request._request, etag=quote_etag(version.tag))
        if response is None:
            found = seat_lists.seat_list(event_id=event_id, version=version)
            version = found.version
            response = HttpResponse(found.content, content_type="application/json")
        response["ETag"] = quote_etag(version.tag)
        response["Cache-Control"] = "private, no-cache"
        response["X-Seatcast-Layout"] = version.layout
        return response


class LayoutView(APIView):
    """A layout, which clients cache for good."""

    permission_classes = (IsAuthenticatedOrReadOnly,)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate lazily, so that public responses can be cached."""

    @reads("layout", LayoutSerializer)
    def get(self, request: Request, event_id: int, layout: str) -> HttpResponseBase:
        """Return the static data of the seats in index order, as columns.

        It never changes, because the event's `layout` and so the URL changes with the data. Only
        the current layout is found.
        """
        is_public = access.is_public(event_id=event_id)
        if not is_public:
            access.require_access(event_id=event_id, requester=requester(request))
        packed = layouts.packed_layout(event_id=event_id, layout=layout)
        is_gzipped = accepts_gzip(request)
        # A strong tag names bytes, so each encoding has its own.
        etag = quote_etag(f"{packed.tag}-gzip" if is_gzipped else packed.tag)
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            content = packed.gzipped if is_gzipped else packed.plain
            response = HttpResponse(content, content_type="application/json")
            if is_gzipped:
                response["Content-Encoding"] = "gzip"
        response["ETag"] = etag
        cacheability = "public" if is_public else "private"
        response["Cache-Control"] = f"{cacheability}, max-age={YEAR_SECONDS}, immutable"
        patch_vary_headers(response, ("Accept-Encoding",))
        return response


class MiniatureView(APIView):
    """A miniature of a hall, for the event list."""

    permission_classes = (IsAuthenticatedOrReadOnly,)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate lazily, so that public responses can be cached."""

    @reads("miniature", MiniatureSerializer)
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """Return the hall as some hundred points, and which share of their seats is free.

        It may be some seconds old.
        """
        is_public = access.is_public(event_id=event_id)
        if not is_public:
            access.require_access(event_id=event_id, requester=requester(request))
        found = miniatures.miniature(event_id=event_id)
        etag = quote_etag(found.tag)
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            response = HttpResponse(found.content, content_type="application/json")
        response["ETag"] = etag
        cacheability = "public" if is_public else "private"
        response["Cache-Control"] = f"{cacheability}, max-age={miniatures.SECONDS}"
        return response


class LocksView(EventView):
    permission_classes = (IsAuthenticated,)

    @reads("locks", LockSerializer(many=True))
    def get(self, request: Request, event_id: int) -> Response:
        """List the seats that the requester holds, with their deadlines."""
        return Response(seat_records.locks(event_id=event_id, person_id=actor(request).id))


class RevenueView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads("revenue", RevenueSerializer, permissions=[Permission.VIEW_RESERVATION])
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return the event's revenue, in total and by section."""
        return Response(revenues.revenue(event_id=event_id))


class FiguresView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads("figures", serializer_of(SaleFiguresRecord), permissions=[Permission.VIEW_RESERVATION])
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return the figures of the event's sale: money, holds, recent minutes, its course.

        Organisers with a socket are sent the same as a frame, whenever something has changed.
        """
        return Response(sale_figures.figures(event_id=event_id))
