"""The figures of an event's sale for its organisers, kept up to date from the change log.

The first look at an event reads its bookings in ranges of ids, and its log in ranges of sequence
numbers, each by short statements. What was read is kept, so that an attempt that failed goes on
where it ended. Then, as at each later look, it reads what was logged since it began, and the
bookings that this touched; so later looks cost as much as has changed, however long the log is. The
sums are those of the database at the sequence number that is told with them, and may include
changes after it.

Concurrency. Thread-safe; the threads of a process share the sums of an event, and one at a time
brings them up to date.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, TypedDict

from django.db import Error, OperationalError
from django.db.models import Case, Count, DateTimeField, Max, Min, Q, QuerySet, Sum, When
from django.db.models.functions import TruncMinute

from reservations.box_office.sale_tally import (
    Booking,
    HoldStep,
    RecentMinute,
    SaleTally,
    recent_minutes,
)
from reservations.domain.errors import EventNotFound
from reservations.domain.states import PaymentStatus, Reason, SaleChannel
from reservations.events.records import Revenue, money
from reservations.formats.time_zones import is_time_zone
from reservations.models import (
    ConflictMinute,
    Event,
    GivenUpSeat,
    Payment,
    Reservation,
    ReservationSeat,
    SeatChange,
    overdue,
)
from reservations.runtime import clock, database

MAX_EVENTS = 64
"""How many events' sums a process keeps; the least recently used ones are dropped."""

PAYMENTS_MINUTES = 15
VERIFY_SECONDS = 60.0
"""How long sums are trusted before they are compared with the database's."""

MAX_READ_SECONDS = 1.0
"""How long one call reads before it tells how far it has come."""
RANGE = 50_000
"""How many sequence numbers one statement reads, at first and at most."""
BOOKING_RANGE = 20_000
"""How many ids of bookings one statement reads, at first and at most."""
_MIN_RANGE = 100
# Of what was logged since, the bookings are read too.
_MAX_RECENT_RANGE = 10_000

_BATCH = 5_000
_BOOKING_REASONS = (
    *(Reason.RESERVED, Reason.CANCELLED, Reason.LAPSED, Reason.ENDED),
    *(Reason.MOVED, Reason.SPLIT, Reason.MERGED),
)
_FAILED = (PaymentStatus.DECLINED, PaymentStatus.VOID_DUE, PaymentStatus.VOIDED)
_MADE = (
    *(PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED),
    *(PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED),
)


class SoldSectionRecord(TypedDict):
    section: str
    revenue: Annotated[Revenue, "The prices of its booked seats, without fees."]


class HoldStepsRecord(TypedDict):
    """Buyers' holds, by seats: how many began, and how many ended in each way."""

    begun: int
    reserved: Annotated[int, "Booked by the person who held the seat."]
    expired: int
    released: Annotated[int, "By the holder, or by organisers."]


class SaleMinuteRecord(TypedDict):
    at: Annotated[int, "When it began, in Unix milliseconds."]
    begun: int
    reserved: int
    expired: int
    released: int
    sold: Annotated[int, "Tickets of the bookings that were made in it."]
    returned: Annotated[int, "Tickets of the bookings that ended in it."]
    revenue: Annotated[Revenue, "What was booked in it, less what was returned."]
    conflicts: Annotated[int, "Commands refused because others had the seats."]


class CoursePointRecord(TypedDict):
    at: Annotated[int, "In Unix milliseconds."]
    tickets: int
    revenue: Revenue


class RecentPaymentsRecord(TypedDict):
    """The provider's payments that were begun in the last quarter of an hour."""

    made: int
    failed: int


class SaleFiguresRecord(TypedDict):
    seq: Annotated[int, "The event's sequence number; all changes up to it are included."]
    now: Annotated[int, "When the figures were read, in Unix milliseconds."]
    currency: str
    time_zone: str
    bookings: int
    tickets: int
    revenue: Annotated[Revenue, "The sum of the live bookings, paid or due, with their fees."]
    fees: Revenue
    sections: list[SoldSectionRecord]
    holds: HoldStepsRecord
    kept_since: Annotated[int, "Holds are counted after this number; older changes are deleted."]
    minutes: Annotated[list[SaleMinuteRecord], "The minutes of the last hour with anything in it."]
    course: Annotated[list[CoursePointRecord], "What was sold up to a time, since the first."]
    payments: RecentPaymentsRecord


class _Head(NamedTuple):
    seq: int
    history_since: int
    currency: str
    time_zone: str


class Reading(NamedTuple):
    """The log and the bookings are still being read: so many numbers and ids of all of them."""

    done: int
    total: int


@dataclass(slots=True)
class _Ranges:
    """Numbers that are read in ranges: those after `done`, up to `end`."""

    begin: int
    done: int
    end: int
    size: int

    def read(self, read: Callable[[int, int], None]) -> None:
        """Read the next range; one that the database did not read in time is shortened."""
        up_to = min(self.done + self.size, self.end)
        try:
            read(self.done, up_to)
        except OperationalError:
            self.size = max(self.size // 4, _MIN_RANGE)
            raise
        self.done = up_to


@dataclass(slots=True)
class _Begun:
    """Sums of the bookings and the log up to the number at which it began, to be completed."""

    history_since: int
    bookings: _Ranges
    log: _Ranges
    tally: SaleTally = field(default_factory=SaleTally)

    @property
    def reading(self) -> Reading:
        parts = (self.bookings, self.log)
        return Reading(
            sum(each.done - each.begin for each in parts),
            sum(each.end - each.begin for each in parts),
        )


@dataclass(slots=True)
class _Sale:
    """The sums of one event up to number `seq`, and the lock under which they are changed."""

    event_id: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    tally: SaleTally | None = None
    begun: _Begun | None = None
    seq: int = 0
    history_since: int = 0
    verified_at: float = 0.0
    old_payment: int = 0
    recent_range: int = _MAX_RECENT_RANGE


_sales: OrderedDict[int, _Sale] = OrderedDict()
_sales_lock = threading.Lock()


def clear_figures_cache() -> None:
    """Forget all sums."""
    with _sales_lock:
        _sales.clear()


def figures(*, event_id: int) -> SaleFiguresRecord:
    """Return the figures of an event's sale. Raises: EventNotFound."""
    while True:
        found = figures_or_reading(event_id=event_id)
        if not isinstance(found, Reading):
            return found


def figures_or_reading(*, event_id: int) -> SaleFiguresRecord | Reading:
    """Return the figures, or how far they are read if that takes longer than MAX_READ_SECONDS:
    then call again. Raises: EventNotFound.
    """
    sale = _sale(event_id)
    # A waiting thread must not keep a connection from the one that queries.
    database.release_connection()
    with sale.lock:
        head = _head(event_id)
        try:
            tally = _refreshed(sale, head)
        except Error:
            # What was read in part is read again, and counts once.
            raise
        except BaseException:
            sale.tally = None
            raise
        if isinstance(tally, Reading):
            return tally
        return _record(sale, tally, head, clock.now())


def _head(event_id: int) -> _Head:
    columns = ("change_seq", "history_since", "currency", "time_zone")
    found = Event.objects.filter(pk=event_id).values_list(*columns).first()
    if found is None:
        raise EventNotFound
    seq, since, currency, zone = found
    return _Head(seq, since, currency, zone if is_time_zone(zone) else "UTC")


def _sale(event_id: int) -> _Sale:
    with _sales_lock:
        sale = _sales.setdefault(event_id, _Sale(event_id))
        _sales.move_to_end(event_id)
        if len(_sales) > MAX_EVENTS:
            _sales.popitem(last=False)
        return sale


def _refreshed(sale: _Sale, head: _Head) -> SaleTally | Reading:
    """Bring the sums up to the head; read all of them at first, after a restored backup, and after
    old changes were deleted.
    """
    now, until = clock.now(), time.monotonic() + MAX_READ_SECONDS
    if head.seq < sale.seq or head.history_since != sale.history_since:
        sale.tally = None
    is_verifiable = head.seq == sale.seq and time.monotonic() - sale.verified_at > VERIFY_SECONDS
    if sale.tally is not None and is_verifiable:
        sale.verified_at = time.monotonic()
        if not _is_true(sale.tally, sale.event_id, now):
            sale.tally = None
    tally = sale.tally
    if tally is None:
        begun = _read_all(sale, head, now, until)
        if isinstance(begun, Reading):
            return begun
        tally = begun
    if not _read_recent(sale, tally, head, now, until):
        return Reading(sale.seq, head.seq)
    for some in _portions(tally.due(now)):
        _read_bookings(tally, Reservation.objects.filter(pk__in=some), now)
    return tally


def _read_all(sale: _Sale, head: _Head, now: datetime, until: float) -> SaleTally | Reading:
    """Read the bookings, and the log up to the number at which that began."""
    begun = sale.begun
    if begun is None or begun.history_since != head.history_since or begun.log.end > head.seq:
        begun = sale.begun = _begin(sale.event_id, head)
    tally, bookings, log = begun.tally, begun.bookings, begun.log

    def read_bookings(after: int, up_to: int) -> None:
        found = Reservation.objects.filter(event=sale.event_id, pk__gt=after, pk__lte=up_to)
        _read_bookings(tally, found, now)

    def read_log(since: int, up_to: int) -> None:
        _read_log(tally, sale.event_id, since=since, up_to=up_to, now=now)

    while bookings.done < bookings.end or log.done < log.end:
        if bookings.done < bookings.end:
            bookings.read(read_bookings)
        else:
            log.read(read_log)
        if time.monotonic() > until and begun.reading.done < begun.reading.total:
            return begun.reading
    sale.begun = None
    sale.tally, sale.seq, sale.history_since = tally, log.end, head.history_since
    sale.verified_at = time.monotonic()
    sale.old_payment = 0
    return tally


def _begin(event_id: int, head: _Head) -> _Begun:
    ids = Reservation.objects.filter(event=event_id).order_by().aggregate(Min("pk"), Max("pk"))
    first, last = (ids["pk__min"] or 1) - 1, ids["pk__max"] or 0
    return _Begun(
        head.history_since,
        _Ranges(first, first, last, BOOKING_RANGE),
        _Ranges(head.history_since, head.history_since, head.seq, RANGE),
    )


def _read_recent(sale: _Sale, tally: SaleTally, head: _Head, now: datetime, until: float) -> bool:
    """Read what was logged since, and the bookings that it touched; return whether that is all."""
    recent = _Ranges(sale.seq, sale.seq, head.seq, min(RANGE, sale.recent_range))

    def read(since: int, up_to: int) -> None:
        for some in _portions(_touched(sale.event_id, since=since, up_to=up_to)):
            _read_bookings(tally, Reservation.objects.filter(pk__in=some), now)
        # The last step, so that nothing is counted twice after a failure.
        _read_log(tally, sale.event_id, since=since, up_to=up_to, now=now)
        sale.seq = up_to

    try:
        while recent.done < recent.end:
            recent.read(read)
            if time.monotonic() > until and recent.done < recent.end:
                return False
    finally:
        sale.recent_range = recent.size
    return True


def _is_true(tally: SaleTally, event_id: int, now: datetime) -> bool:
    """Compare the sums with the database's."""
    live = Reservation.objects.filter(event=event_id, status="confirmed").exclude(overdue(now))
    found = live.aggregate(count=Count("pk"), sum=Sum("total_price"))
    return (tally.bookings, tally.revenue) == (found["count"], found["sum"] or Decimal(0))


def _log(event_id: int, *, since: int, up_to: int) -> QuerySet[SeatChange]:
    return SeatChange.objects.filter(event=event_id, seq__gt=since, seq__lte=up_to).order_by()


def _read_log(tally: SaleTally, event_id: int, *, since: int, up_to: int, now: datetime) -> None:
    """Count the holds that began and ended."""
    recent = Q(at__gte=recent_minutes(now)[0])
    minute = Case(
        When(recent, then=TruncMinute("at", tzinfo=UTC)), output_field=DateTimeField(null=True)
    )
    rows = (
        _log(event_id, since=since, up_to=up_to)
        .annotate(minute=minute)
        .values_list("minute", "reason", "reservation__channel")
        .annotate(count=Count("seq"))
    )
    # All of them before the first is counted, so that a failure counts none.
    for at, reason, channel, count in list(rows):
        step = _step(reason, channel)
        if step is not None:
            # PostgreSQL truncates to a time without a time zone.
            tally.add_holds(step, count, minute=at and at.replace(tzinfo=UTC))


def _step(reason: str, channel: str | None) -> HoldStep | None:
    match reason:
        case Reason.LOCKED:
            return HoldStep.BEGUN
        # The box office sells seats that nobody holds.
        case Reason.RESERVED if channel == SaleChannel.ONLINE:
            return HoldStep.RESERVED
        case Reason.EXPIRED:
            return HoldStep.EXPIRED
        case Reason.UNLOCKED | Reason.RELEASED | Reason.ENDED:
            return HoldStep.RELEASED
        case _:
            return None


def _touched(event_id: int, *, since: int, up_to: int) -> set[int]:
    """Return the bookings that changed: those that have or had a seat whose booking changed."""
    rows = _log(event_id, since=since, up_to=up_to).filter(reason__in=_BOOKING_REASONS)
    seats: set[int] = set()
    touched: set[int] = set()
    for seat_id, reservation_id in rows.values_list("seat", "reservation"):
        seats.add(seat_id)
        if reservation_id is not None:
            touched.add(reservation_id)
    for some in _portions(seats):
        for model in (ReservationSeat, GivenUpSeat):
            of_seats: Any = model._default_manager.filter(seat__in=some).order_by()
            touched.update(of_seats.values_list("reservation", flat=True))
    return touched


def _portions(ids: Iterable[int]) -> list[list[int]]:
    all_ids = sorted(ids)
    return [all_ids[start : start + _BATCH] for start in range(0, len(all_ids), _BATCH)]


def _read_bookings(tally: SaleTally, found: QuerySet[Reservation], now: datetime) -> None:
    prices: dict[int, dict[str, Decimal]] = {}
    tickets: dict[int, int] = {}
    sums = (
        ReservationSeat.objects.filter(reservation__in=found)
        .order_by()
        .values_list("reservation", "seat__section")
        .annotate(count=Count("pk"), sum=Sum("price"))
    )
    for number, section, count, amount in sums.iterator(_BATCH):
        prices.setdefault(number, {})[section] = amount
        tickets[number] = tickets.get(number, 0) + count
    columns = (
        *("pk", "status", "created_at", "cancelled_at", "payment_due_at", "paid_at"),
        *("total_price", "fees"),
    )
    for number, status, made, cancelled, due, paid, total, fees in (
        found.order_by().values_list(*columns).iterator(_BATCH)
    ):
        is_unpaid = due is not None and paid is None
        if status == Reservation.Status.CANCELLED:
            ended = cancelled
        elif status == Reservation.Status.LAPSED or (is_unpaid and due <= now):
            ended = due
        else:
            ended = None
        tally.put(
            number,
            Booking(
                made=made,
                ended=ended,
                unpaid_until=due if is_unpaid else None,
                total=total,
                fees=fees,
                tickets=tickets.get(number, 0),
                sections=prices.get(number, {}),
            ),
        )


def _conflicts(event_id: int, now: datetime) -> dict[datetime, int]:
    rows = ConflictMinute.objects.filter(event=event_id, minute__gte=recent_minutes(now)[0])
    return dict(rows.order_by().values_list("minute", "refused"))


def _payments(sale: _Sale, now: datetime) -> RecentPaymentsRecord:
    """Count the recent payments, without reading again those that are known to be older."""
    recent = Q(created_at__gte=now - timedelta(minutes=PAYMENTS_MINUTES))
    newer = Payment.objects.filter(event=sale.event_id, pk__gt=sale.old_payment).order_by()
    found = newer.aggregate(
        old=Max("pk", filter=~recent),
        made=Count("pk", filter=recent & Q(status__in=_MADE)),
        failed=Count("pk", filter=recent & Q(status__in=_FAILED)),
    )
    sale.old_payment = found["old"] or sale.old_payment
    return {"made": found["made"], "failed": found["failed"]}


def _record(sale: _Sale, tally: SaleTally, head: _Head, now: datetime) -> SaleFiguresRecord:
    return {
        "seq": sale.seq,
        "now": _milliseconds(now),
        "currency": head.currency,
        "time_zone": head.time_zone,
        "bookings": tally.bookings,
        "tickets": tally.tickets,
        "revenue": money(tally.revenue),
        "fees": money(tally.fees),
        "sections": [
            {"section": name, "revenue": money(amount)} for name, amount in tally.sections()
        ],
        "holds": {
            "begun": tally.holds[HoldStep.BEGUN],
            "reserved": tally.holds[HoldStep.RESERVED],
            "expired": tally.holds[HoldStep.EXPIRED],
            "released": tally.holds[HoldStep.RELEASED],
        },
        "kept_since": head.history_since,
        "minutes": _minutes(tally, _conflicts(sale.event_id, now), now),
        "course": [
            {
                "at": _milliseconds(point.at),
                "tickets": point.tickets,
                "revenue": money(point.revenue),
            }
            for point in tally.course(now)
        ],
        "payments": _payments(sale, now),
    }


def _minutes(
    tally: SaleTally, conflicts: dict[datetime, int], now: datetime
) -> list[SaleMinuteRecord]:
    recent = tally.recent(now)
    minutes: list[SaleMinuteRecord] = []
    for at in sorted({*recent, *conflicts}):
        holds, sold, returned, revenue = recent.get(at, RecentMinute())
        minutes.append(
            {
                "at": _milliseconds(at),
                "begun": holds.get(HoldStep.BEGUN, 0),
                "reserved": holds.get(HoldStep.RESERVED, 0),
                "expired": holds.get(HoldStep.EXPIRED, 0),
                "released": holds.get(HoldStep.RELEASED, 0),
                "sold": sold,
                "returned": returned,
                "revenue": money(revenue),
                "conflicts": conflicts.get(at, 0),
            }
        )
    return minutes


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
