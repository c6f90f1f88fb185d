"""The admin pages for events, seats and reservations.

Changes of a seat's status go through the command queue. Static data goes through `plans.services`,
which update the layout.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timezone import localtime

from infrastructure.security_log.log import Kind, record
from reservations.bookings import command_queue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import BlockSeats, Command, MarkPaid, UnblockSeats
from reservations.domain.errors import SeatcastError
from reservations.domain.states import Person, SeatStatus
from reservations.events.locking import lock_event
from reservations.formats.time_zones import default_time_zone, format_local_time, is_time_zone
from reservations.models import Category, Event, Reservation, ReservationSeat, Seat
from reservations.organising.editing import edits
from reservations.organising.lifecycle import publish_event
from reservations.organising.seating import static_changes
from reservations.payments import refunds
from reservations.runtime import clock

admin.site.site_header = admin.site.site_title = "Seatcast"
admin.site.index_title = "Box office"

_ABOUT = (
    *("name", "description", "venue", "address", "time_zone", "date", "ends_at", "visibility"),
)
# The fields of an event that are edited here, and nowhere else.
_ASSIGNED = ("organisation", "member_group")


class CategoryInline(admin.TabularInline):
    model = Category
    extra = 0
    can_delete = False
    fields = readonly_fields = ("name", "color", "price")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """Events, to look at; operators assign them to an organisation and to a group of members.

    Everything else has rules that depend on what is sold, and is edited on the organisers' pages.
    """

    list_display = ("name", "organisation", "begins", "venue", "visibility", "seats_free")
    list_filter = ("visibility", "date", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation",)
    actions = ("publish",)
    search_fields = ("name", "venue", "organisation__name")
    date_hierarchy = "date"
    inlines = (CategoryInline,)
    fieldsets = (
        (None, {"fields": ("edited_at_site", "organisation", "member_group")}),
        ("Event", {"fields": _ABOUT}),
        ("Sale", {"fields": ("price", "currency", "sales_open_at", "sales_close_at")}),
        ("Holds", {"fields": ("lock_seconds", "max_extensions")}),
        ("Limits", {"fields": ("seat_cap", "purchase_cap", "cancel_until")}),
        ("Which seats", {"fields": ("companions_held_until", "orphan_rule")}),
        ("Payment", {"fields": ("offline_methods", "payment_seconds", "requires_verified_email")}),
        ("Live", {"fields": ("layout", "change_seq")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:  # noqa: ARG002
        shown = flatten_fieldsets(self.fieldsets)
        return [str(name) for name in shown if name not in _ASSIGNED]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        free = Q(seats__status=SeatStatus.AVAILABLE) | Q(
            seats__status=SeatStatus.LOCKED, seats__locked_until__lte=clock.now()
        )
        found: QuerySet[Event] = super().get_queryset(request)
        return found.annotate(
            seats_total=Count("seats"), seats_available=Count("seats", filter=free)
        )

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    @admin.display(description="Date", ordering="date")
    def begins(self, event: Event) -> str:
        return format_local_time(event.date, event.time_zone)

    @admin.display(description="Edit it")
    def edited_at_site(self, event: Event) -> str:
        path = f"{settings.SEATCAST_SITE_URL}/organise/events/{event.pk}/settings"
        return format_html('<a href="{}">on the organisers\' page</a>', path)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show times in the event's time zone."""
        with timezone.override(ZoneInfo(_zone_of(object_id or ""))):
            response = super().changeform_view(request, object_id, *args, **kwargs)
            # Times are written out when the page is rendered.
            return response.render() if isinstance(response, TemplateResponse) else response

    @admin.action(
        description="Publish drafts: show to everyone, put on sale", permissions=["change"]
    )
    def publish(self, request: HttpRequest, events: QuerySet[Event]) -> None:
        for event_id, name in events.order_by("pk").values_list("pk", "name"):
            try:
                was_draft = publish_event(event_id=event_id, editor_id=_person(request).id)
            except SeatcastError as error:
                self.message_user(request, f"{name}: {error.sentence}", messages.ERROR)
            else:
                said = "is published" if was_draft else "was published before"
                self.message_user(request, f"{name} {said}.")

    @admin.display(description="Free seats")
    def seats_free(self, event: Event) -> str:
        counted = cast("Any", event)
        return f"{counted.seats_available} of {counted.seats_total}"

    def save_model(
        self,
        request: HttpRequest,
        obj: Event,
        form: ModelForm,
        change: bool,  # noqa: ARG002
    ) -> None:
        changed = [name for name in form.changed_data if name in _ASSIGNED]
        with edits(event_id=obj.pk, editor_id=_person(request).id) as edit:
            for name in changed:
                setattr(edit.event, name, getattr(obj, name))
            edit.save(Kind.EVENT_EDITED, *changed, fields=changed, admin=True)


def _zone_of(event_id: str) -> str:
    """Return an event's time zone; the site's for an event that does not exist."""
    found = (
        Event.objects.filter(pk=int(event_id)).values_list("time_zone", flat=True).first()
        if re.fullmatch("[0-9]{1,18}", event_id)
        else None
    )
    return found if found and is_time_zone(found) else default_time_zone()


@admin.register(Seat)
class SeatAdmin(admin.ModelAdmin):
    list_display = (
        "seat_number",
        "event",
        "section",
        "category",
        "status",
        "locked_by",
        "locked_until",
    )
    list_filter = ("status", "event", "section")
    list_select_related = ("event", "category", "locked_by")
    list_per_page = 100
    search_fields = ("seat_number", "event__name", "section")
    show_full_result_count = False
    # The plan says what and where a seat is: a new version of it changes that.
    readonly_fields = (
        *("event", "guid", "seat_number", "section", "row", "number", "x", "y"),
        *("category", "features", "note", "companion_of"),
        *("status", "locked_by", "locked_until", "reservation", "version"),
    )
    fields = ("price", *readonly_fields)
    actions = ("block", "unblock")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Seat | None:
        """Lock the seat's event before its form is checked, as the price is in its currency."""
        found: Seat | None = super().get_object(request, *args, **kwargs)
        if found is not None and request.method == "POST":
            found.event, _ = lock_event(found.event_id)
        return found

    def save_model(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Seat,
        form: ModelForm,
        change: bool,  # noqa: ARG002
    ) -> None:
        if "price" not in form.changed_data:
            return
        with static_changes(event_id=obj.event_id) as event:
            obj.save(update_fields=["price"])
            record(
                Kind.PLAN_CHANGED,
                event_id=event.pk,
                organisation_id=event.organisation_id,
                details={"seats": [obj.seat_number]},
            )

    @admin.action(description="Block: keep back from the sale", permissions=["change"])
    def block(self, request: HttpRequest, seats: QuerySet[Seat]) -> None:
        self._submit(request, seats, lambda person, ids: BlockSeats(person, ids))

    @admin.action(description="Unblock: give to the sale", permissions=["change"])
    def unblock(self, request: HttpRequest, seats: QuerySet[Seat]) -> None:
        self._submit(request, seats, lambda person, ids: UnblockSeats(person, ids))

    def _submit(
        self,
        request: HttpRequest,
        seats: QuerySet[Seat],
        command: Callable[[Person, tuple[int, ...]], Command],
    ) -> None:
        by_event: dict[int, list[int]] = {}
        for seat_id, event_id in seats.order_by("pk").values_list("pk", "event_id"):
            by_event.setdefault(event_id, []).append(seat_id)
        for event_id, ids in by_event.items():
            asked = command(_person(request), tuple(ids))
            _run_and_report(
                self, request, partial(command_queue.submit, event_id=event_id, command=asked)
            )


class ReservationSeatInline(admin.TabularInline):
    model = ReservationSeat
    extra = 0
    can_delete = False
    fields = readonly_fields = ("seat", "price", "live", "entered")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReservationSeat]:
        return super().get_queryset(request).select_related("seat", "entry")

    @admin.display(description="Entered")
    def entered(self, sold: ReservationSeat) -> str:
        if not hasattr(sold, "entry"):
            return "-"
        at = localtime(sold.entry.at).strftime("%d %b %Y %H:%M")
        return f"{at}, {sold.entry.gate}" if sold.entry.gate else at

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Reservation)
class ReservationAdmin(admin.ModelAdmin):
    list_display = (
        *("public_id", "event", "user", "status", "total_price", "currency", "created_at"),
        *("payment_method", "payment_due_at", "paid_at"),
    )
    list_filter = (
        "status",
        "channel",
        "payment_method",
        ("paid_at", admin.EmptyFieldListFilter),
        "event",
    )
    list_select_related = ("event", "user")
    list_per_page = 100
    search_fields = (
        *("=public_id", "user__username", "user__email", "buyer_name", "buyer_email"),
        "event__name",
    )
    show_full_result_count = False
    date_hierarchy = "created_at"
    inlines = (ReservationSeatInline,)
    actions = ("cancel", "mark_paid")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Bookings are only changed by the actions, which are commands."""
        return obj is None and super().has_change_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:  # noqa: ARG002
        return [field.name for field in Reservation._meta.fields]

    @admin.action(description="Cancel: free the seats, refund", permissions=["change"])
    def cancel(self, request: HttpRequest, reservations: QuerySet[Reservation]) -> None:
        person = _person(request)
        for reservation_id, event_id in reservations.values_list("pk", "event_id"):
            _run_and_report(
                self,
                request,
                partial(
                    refunds.cancel,
                    event_id=event_id,
                    actor=person,
                    reservation_id=reservation_id,
                    as_organiser=True,
                ),
            )

    @admin.action(description="Mark as paid what is paid later", permissions=["change"])
    def mark_paid(self, request: HttpRequest, reservations: QuerySet[Reservation]) -> None:
        person = _person(request)
        for reservation_id, event_id in reservations.values_list("pk", "event_id"):
            command = MarkPaid(person, reservation_id)
            _run_and_report(
                self, request, partial(command_queue.submit, event_id=event_id, command=command)
            )


def _person(request: HttpRequest) -> Person:
    return Person(id=int(request.user.pk or 0), name=request.user.get_username())


def _run_and_report(
    page: admin.ModelAdmin, request: HttpRequest, do: Callable[[], CommandResult]
) -> None:
    """Run a command, and show its message or error."""
    try:
        page.message_user(request, do()["message"])
    except SeatcastError as error:
        page.message_user(request, error.sentence, messages.ERROR)
