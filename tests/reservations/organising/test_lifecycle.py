"""Publishing, opening and closing the sale, and duplicating."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from organisations.models import Organisation
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import AllocateSeats, LockSeats, UnlockSeats
from reservations.domain.errors import (
    EventBegun,
    EventCancelled,
    EventHasNoSeats,
    SalesClosed,
    SalesNotOpen,
    SeatcastError,
    SeatsTaken,
)
from reservations.domain.states import AllocationKind, Person, SeatStatus
from reservations.events import selectors
from reservations.models import (
    Category,
    Event,
    EventPicture,
    Reservation,
    Seat,
    TicketPrice,
    TicketType,
)
from reservations.organising.cancelling import cancel_event
from reservations.organising.duplication import duplicate_event
from reservations.organising.lifecycle import close_sale, open_sale, publish_event, unpublish_event
from reservations.organising.pictures import set_picture
from reservations.organising.seating import block_seats, refresh_layout
from tests.factories import make_event, make_person, seat_ids
from tests.reservations.organising.files import png

pytestmark = pytest.mark.django_db


def _refusal_of_a_lock(event: Event, who: Person) -> type[SeatcastError] | None:
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:1]
    try:
        queue.submit(LockSeats(who, ids))
    except SeatcastError as refusal:
        return type(refusal)
    queue.submit(UnlockSeats(who, ids))
    return None


def test_a_draft_without_seats_cannot_be_published() -> None:
    event = make_event(seats=0, visibility="draft")
    with pytest.raises(EventHasNoSeats):
        publish_event(event_id=event.pk)
    event.refresh_from_db()
    assert (event.visibility, event.revision) == ("draft", 0)


def test_publishing_counts_as_one_edit_however_often_it_is_done() -> None:
    event = make_event(visibility="draft")
    assert publish_event(event_id=event.pk)
    assert not publish_event(event_id=event.pk)
    event.refresh_from_db()
    assert (event.visibility, event.revision) == ("public", 1)


def test_an_event_becomes_a_draft_again_while_nothing_is_held() -> None:
    event, alice = make_event(), make_person()
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))
    with pytest.raises(SeatsTaken):
        unpublish_event(event_id=event.pk)
    CommandQueue(event.pk).submit(UnlockSeats(alice, seat_ids(event)[:1]))
    unpublish_event(event_id=event.pk)
    assert _refusal_of_a_lock(event, alice) is SalesNotOpen


def test_a_sale_is_opened_and_closed_at_once() -> None:
    event, alice = make_event(sales_open_at=timezone.now() + timedelta(days=1)), make_person()
    assert _refusal_of_a_lock(event, alice) is SalesNotOpen
    open_sale(event_id=event.pk)
    assert _refusal_of_a_lock(event, alice) is None
    close_sale(event_id=event.pk)
    assert _refusal_of_a_lock(event, alice) is SalesClosed
    open_sale(event_id=event.pk)
    assert _refusal_of_a_lock(event, alice) is None


def test_a_sale_that_has_not_opened_can_be_closed() -> None:
    event = make_event(sales_open_at=timezone.now() + timedelta(days=1))
    close_sale(event_id=event.pk)
    assert _refusal_of_a_lock(event, make_person()) is SalesClosed


def test_a_closing_time_to_come_is_kept_when_the_sale_opens() -> None:
    closes = timezone.now() + timedelta(days=2)
    event = make_event(sales_close_at=closes)
    open_sale(event_id=event.pk)
    event.refresh_from_db()
    assert event.sales_close_at == closes


def test_a_cancelled_event_is_neither_published_nor_opened() -> None:
    event = make_event(visibility="draft")
    cancel_event(event_id=event.pk, actor=make_person())
    for change in (publish_event, open_sale, close_sale):
        with pytest.raises(EventCancelled):
            change(event_id=event.pk)


def _source() -> Event:
    event = make_event(
        seats=3,
        organisation=Organisation.objects.create(name="Choir"),
        date=datetime(2030, 5, 1, 18, tzinfo=UTC),
        sales_open_at=datetime(2030, 4, 1, tzinfo=UTC),
        seat_cap=2,
        max_extensions=0,
        offline_methods=["invoice"],
        description="Songs",
        address="Ring 2",
        ends_at=datetime(2030, 5, 1, 21, tzinfo=UTC),
    )
    category = Category.objects.create(event=event, name="Stalls", price=80)
    Seat.objects.filter(event=event, number="1").update(category=category, x=12.5, price=90)
    first, second, _ = Seat.objects.filter(event=event).order_by("pk")
    Seat.objects.filter(pk=second.pk).update(companion_of=first, note="No view", features=2)
    child = TicketType.objects.create(event=event, name="Child")
    TicketPrice.objects.create(ticket_type=child, category=category, price=20)
    TicketPrice.objects.create(ticket_type=child, price=10)
    block_seats(event, seat_ids(event)[2:])
    set_picture(event_id=event.pk, editor_id=None, content=png())
    refresh_layout(event_id=event.pk)
    event.refresh_from_db()
    return event


def test_a_duplicate_has_settings_and_seats_but_nothing_of_the_sale() -> None:
    event, alice = _source(), make_person()
    Event.objects.filter(pk=event.pk).update(sales_open_at=None)
    queue = CommandQueue(event.pk)
    queue.submit(LockSeats(alice, seat_ids(event)[:1]))
    Event.objects.filter(pk=event.pk).update(sales_open_at=event.sales_open_at)
    number = duplicate_event(
        event_id=event.pk, editor_id=None, date=datetime(2030, 5, 8, 18, tzinfo=UTC)
    )
    copy = Event.objects.get(pk=number)
    assert (copy.name, copy.description, copy.organisation) == (
        *("Concert", "Songs"),
        event.organisation,
    )
    assert (copy.address, copy.ends_at) == ("Ring 2", datetime(2030, 5, 8, 21, tzinfo=UTC))
    assert (copy.visibility, copy.seat_cap, copy.max_extensions) == ("draft", 2, 0)
    assert (copy.sales_open_at, copy.offline_methods) == (
        datetime(2030, 4, 8, tzinfo=UTC),
        ["invoice"],
    )
    fields = ("seat_number", "guid", "x", "price", "category__name", "category__price")
    for seats in (Seat.objects.filter(event=event), Seat.objects.filter(event=copy)):
        assert list(seats.values_list(*fields).order_by("pk")) == [
            ("A1", "A-1", 12.5, Decimal(90), "Stalls", Decimal(80)),
            ("A2", "A-2", 0, None, None, None),
            ("A3", "A-3", 0, None, None, None),
        ]
    companion = Seat.objects.get(event=copy, companion_of__isnull=False)
    assert (companion.guid, companion.note, companion.features) == ("A-2", "No view", 2)
    assert companion.companion_of == Seat.objects.get(event=copy, guid="A-1")
    statuses = Seat.objects.filter(event=copy).order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [SeatStatus.AVAILABLE, SeatStatus.AVAILABLE, SeatStatus.BLOCKED]
    prices = TicketPrice.objects.filter(ticket_type__event=copy).order_by("price")
    assert list(prices.values_list("category__event", "ticket_type__name", "price")) == [
        (None, "Child", Decimal(10)),
        (copy.pk, "Child", Decimal(20)),
    ]
    assert not Reservation.objects.exists()
    assert copy.layout
    assert copy.layout != event.layout
    pictures = EventPicture.objects.order_by("pk").values_list("event", "digest")
    assert [event_id for event_id, _ in pictures] == [event.pk, copy.pk]
    assert len({digest for _, digest in pictures}) == 1


@pytest.mark.parametrize("kind", AllocationKind)
def test_a_duplicate_keeps_no_seats_for_anybody(kind: AllocationKind) -> None:
    event = make_event(seats=3)
    ids = seat_ids(event)
    block_seats(event, ids[2:])
    keep = AllocateSeats(make_person(), tuple(ids[:1]), kind, "Sparkasse")
    CommandQueue(event.pk).submit(keep)
    number = duplicate_event(
        event_id=event.pk, editor_id=None, date=datetime(2030, 5, 8, 18, tzinfo=UTC)
    )
    copied = Seat.objects.filter(event=number).order_by("pk")
    assert [(seat.status, seat.allocation) for seat in copied] == [
        (SeatStatus.AVAILABLE, None),
        (SeatStatus.AVAILABLE, None),
        (SeatStatus.BLOCKED, None),
    ]


def test_a_duplicate_has_the_ticket_types_in_their_order_and_the_fees() -> None:
    event = _source()
    Event.objects.filter(pk=event.pk).update(ticket_fee=1, booking_fee="2.50", tax_percent=19)
    TicketType.objects.filter(event=event).update(position=1)
    TicketType.objects.create(event=event, name="Senior", position=0)
    number = duplicate_event(event_id=event.pk, editor_id=None, date=event.date)
    stalls = Category.objects.get(event=number).pk
    shown = selectors.event(event_id=number)
    assert [(each["name"], each["prices"]) for each in shown["ticket_types"]] == [
        ("Senior", []),
        (
            "Child",
            [{"category": stalls, "price": "20.00"}, {"category": None, "price": "10.00"}],
        ),
    ]
    assert shown["fees"] == {"each_ticket": "1.00", "each_booking": "2.50", "tax_percent": "19.00"}
    assert selectors.event(event_id=event.pk)["ticket_types"][1]["name"] == "Child"


def test_a_duplicate_is_on_sale_like_any_other_event() -> None:
    event, alice = _source(), make_person()
    number = duplicate_event(
        event_id=event.pk, editor_id=None, date=timezone.now() + timedelta(days=3), name="Again"
    )
    publish_event(event_id=number)
    open_sale(event_id=number)
    copy = Event.objects.get(pk=number)
    assert copy.name == "Again"
    assert _refusal_of_a_lock(copy, alice) is None


def test_a_duplicate_opens_at_the_same_time_of_the_day_after_the_clocks_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    opens = datetime(2030, 3, 20, 10, 0, tzinfo=berlin)
    event = make_event(
        date=datetime(2030, 3, 28, 19, 0, tzinfo=berlin),
        time_zone="Europe/Berlin",
        sales_open_at=opens,
        cancel_until=datetime(2030, 3, 27, 12, 0, tzinfo=berlin),
    )
    number = duplicate_event(
        event_id=event.pk, editor_id=None, date=datetime(2030, 4, 8, 19, 0, tzinfo=berlin)
    )
    copied = Event.objects.get(pk=number)
    assert copied.sales_open_at == datetime(2030, 3, 31, 10, 0, tzinfo=berlin)
    assert copied.cancel_until == datetime(2030, 4, 7, 12, 0, tzinfo=berlin)


def test_a_sale_without_an_end_is_closed_when_the_event_begins() -> None:
    event, alice = make_event(date=timezone.now() - timedelta(seconds=1)), make_person()
    assert _refusal_of_a_lock(event, alice) is SalesClosed
    with pytest.raises(EventBegun):
        open_sale(event_id=event.pk)
    Event.objects.update(sales_close_at=timezone.now() + timedelta(hours=1))
    open_sale(event_id=event.pk)
    assert _refusal_of_a_lock(event, alice) is None
