"""Phrases for the sentences that users read."""

from reservations.domain.states import SeatState


def names(seats: list[SeatState], *, is_inside: bool = False) -> str:
    """Return "Seat A1" or "Seats A1, A2", with a small letter if it is inside a sentence."""
    noun = "seat" if is_inside else "Seat"
    if len(seats) == 1:
        return f"{noun} {seats[0].seat_number}"
    return f"{noun}s " + ", ".join(seat.seat_number for seat in seats)


def duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [pluralize(minutes, "minute")] if minutes else []
    parts += [pluralize(rest, "second")] if rest or not minutes else []
    return " ".join(parts)


def pluralize(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
