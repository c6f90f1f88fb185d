"""Whether a site behaved correctly, by comparing its responses with its final state. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.engine.hall import RESERVED
from loadtest.engine.history import Booking, History, Hold

_MOST_TOLD = 5
# Refusals by the rules of a sale. All others are errors.
_EXPLAINED = {"409", "429", "503"}


@dataclass(frozen=True, kw_only=True)
class Check:
    """A condition that must hold, and what was found."""

    name: str
    is_ok: bool
    detail: str


@dataclass(kw_only=True)
class Watched:
    """What the viewers have in the end.

    `disagreeing` counts those whose map is not the API's, of `compared`; `behind` those who were
    not told the last number.
    """

    viewers: int
    lost: int
    refused: int
    behind: int
    compared: int
    disagreeing: int
    gaps: Sequence[str] = ()
    gap_count: int = 0


@dataclass(kw_only=True)
class Evidence:
    """All that the verdict knows. Statuses are codes by index; `index` has that of each seat's id.

    `listed` has each buyer's bookings as `GET reservations/` lists them. `is_ours` tells that
    nobody else was buying.
    """

    history: History
    index: Mapping[int, int]
    before: bytes
    after: bytes | None
    listed: Mapping[str, Sequence[Mapping[str, Any]] | None]
    outcomes: Mapping[str, int]
    bare_refusals: int = 0
    watched: Watched | None = None
    is_ours: bool = True
    more: list[Check] = field(default_factory=list)


def judge(evidence: Evidence) -> list[Check]:
    """Return every check."""
    checks = [
        _check("No seat sold twice", _sold_twice(evidence), _sales(evidence.history)),
        _check(
            "No seat held by two people at once",
            _held_twice(evidence.history.holds),
            f"{len(evidence.history.holds):,} locks",
        ),
        _check(
            "Every acknowledged booking is there",
            _lost_bookings(evidence),
            f"{len(evidence.history.bookings):,} bookings, asked for by their buyers",
        ),
        _check(
            "Nobody has a booking that they were not told of",
            _untold_bookings(evidence),
            f"{len(evidence.listed):,} people",
        ),
        _check("What is sold is what is booked", _miscounted(evidence), _seats_sold(evidence)),
        _check("Every click was answered", _unanswered(evidence), _answers(evidence)),
        _check("No server error", _server_errors(evidence), _refused_for_now(evidence)),
        _check("No refusal without a reason", _unexplained(evidence), "nothing but 409 and 429"),
    ]
    if evidence.watched is not None:
        checks += _watching(evidence.watched)
    return [*checks, *evidence.more]


def _check(name: str, violations: Iterable[str], detail: str) -> Check:
    found = list(violations)
    if not found:
        return Check(name=name, is_ok=True, detail=detail)
    more = f"; and {len(found) - _MOST_TOLD:,} more" if len(found) > _MOST_TOLD else ""
    return Check(name=name, is_ok=False, detail="; ".join(found[:_MOST_TOLD]) + more)


def _live(bookings: Iterable[Booking]) -> list[Booking]:
    return [booking for booking in bookings if not booking.is_cancelled]


def _sales(history: History) -> str:
    live = _live(history.bookings.values())
    return f"{len(live):,} bookings, {sum(len(each.seats) for each in live):,} seats"


def _sold_twice(evidence: Evidence) -> Iterator[str]:
    owners: dict[int, Booking] = {}
    for booking in _live(evidence.history.bookings.values()):
        for seat in booking.seats:
            other = owners.setdefault(seat, booking)
            if other is not booking:
                yield f"seat {seat} is in bookings {other.id} and {booking.id}"


def _held_twice(holds: Iterable[Hold]) -> Iterator[str]:
    by_seat: dict[int, list[Hold]] = defaultdict(list)
    for hold in holds:
        by_seat[hold.seat].append(hold)
    for seat, found in by_seat.items():
        found.sort(key=lambda hold: hold.at_ns)
        last = found[0]
        for hold in found[1:]:
            # It was granted between the request and its response.
            is_within = hold.sent_ns > last.at_ns and hold.at_ns < last.until_ns
            if is_within and hold.person != last.person:
                yield f"seat {seat} was {last.person}'s when {hold.person} was given it"
            if hold.until_ns > last.until_ns:
                last = hold


def _lost_bookings(evidence: Evidence) -> Iterator[str]:
    listed = {each["id"]: each for bookings in evidence.listed.values() for each in bookings or ()}
    for booking in evidence.history.bookings.values():
        if evidence.listed.get(booking.person) is None:
            yield f"{booking.person} could not read their bookings"
            continue
        found = listed.get(booking.id)
        if found is None:
            yield f"booking {booking.id} is not there"
        elif sorted(seat_ids(found)) != sorted(booking.seats):
            yield f"booking {booking.id} has other seats"
        elif not booking.is_cancelled and found["status"] != "confirmed":
            yield f"booking {booking.id} is {found['status']}"


def _untold_bookings(evidence: Evidence) -> Iterator[str]:
    for person, bookings in evidence.listed.items():
        if person in evidence.history.unsure:
            continue
        for each in bookings or ():
            if each["id"] not in evidence.history.bookings and _is_of_this_run(each, evidence):
                yield f"booking {each['id']} of {person}"


def _is_of_this_run(reservation: Mapping[str, Any], evidence: Evidence) -> bool:
    """Return whether somebody booked seats that were available at the start."""
    indexes = [evidence.index.get(seat) for seat in seat_ids(reservation)]
    return reservation["status"] == "confirmed" and any(
        index is not None and evidence.before[index] != RESERVED for index in indexes
    )


def _miscounted(evidence: Evidence) -> Iterator[str]:
    """Compare the seats that the API lists as reserved with those of the bookings it lists."""
    if evidence.after is None:
        yield "the seats could not be read"
        return
    booked = {
        evidence.index[seat]
        for bookings in evidence.listed.values()
        for each in bookings or ()
        if each["status"] == "confirmed"
        for seat in seat_ids(each)
        if seat in evidence.index
    }
    for index in booked:
        if evidence.after[index] != RESERVED:
            yield f"the seat at {index} is booked, and shown as {evidence.after[index]}"
    if not evidence.is_ours:
        return
    for index, status in enumerate(evidence.after):
        is_new = status == RESERVED and evidence.before[index] != RESERVED
        if is_new and index not in booked:
            yield f"the seat at {index} is reserved, and in no booking"


def _seats_sold(evidence: Evidence) -> str:
    after = evidence.after or b""
    return f"{after.count(RESERVED) - evidence.before.count(RESERVED):,} seats sold in the end"


def _answers(evidence: Evidence) -> str:
    return f"{sum(evidence.outcomes.values()):,} answers"


def _unanswered(evidence: Evidence) -> Iterator[str]:
    for name, count in evidence.outcomes.items():
        if name.split()[1] == "none":
            yield f"{name}: {count:,}"


def _server_errors(evidence: Evidence) -> Iterator[str]:
    for name, count in evidence.outcomes.items():
        status = name.split()[1]
        if status.startswith("5") and status != "503":
            yield f"{name}: {count:,}"
    if evidence.bare_refusals:
        yield f"503 without Retry-After: {evidence.bare_refusals:,}"


def _refused_for_now(evidence: Evidence) -> str:
    counts = Counter[str]()
    for name, count in evidence.outcomes.items():
        counts[name.split()[1]] += count
    return f"{counts['503']:,} answers 503, each with Retry-After" if counts["503"] else "no 5xx"


def _unexplained(evidence: Evidence) -> Iterator[str]:
    for name, count in evidence.outcomes.items():
        status = name.split()[1]
        if status.startswith("4") and status not in _EXPLAINED:
            yield f"{name}: {count:,}"


def _watching(watched: Watched) -> list[Check]:
    everybody = f"{watched.viewers:,} viewers"
    gone = []
    if watched.lost:
        gone.append(f"{watched.lost:,} were cut off")
    if watched.refused:
        gone.append(f"{watched.refused:,} were refused")
    missed = list(watched.gaps)
    missed += ["…"] * (watched.gap_count > len(watched.gaps))
    apart = []
    if watched.behind:
        apart.append(f"{watched.behind:,} were not told the last number")
    if watched.disagreeing:
        apart.append(f"{watched.disagreeing:,} of {watched.compared:,} maps differ from the API's")
    return [
        _check("No viewer lost", gone, everybody),
        _check("No gap at any viewer", missed, f"{everybody}, every frame's numbers"),
        _check(
            "All viewers have it as the API has",
            apart,
            f"{everybody} at the last number, {watched.compared:,} whole maps compared",
        ),
    ]


def seat_ids(reservation: Mapping[str, Any]) -> list[int]:
    """Return the seat ids of a reservation in the API's format."""
    return [seat["seat_id"] for seat in reservation["seat_details"]]
