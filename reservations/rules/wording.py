"""Words for people."""

from reservations.states import SeatState


def names(seats: list[SeatState]) -> str:
    if len(seats) == 1:
        return f"Seat {seats[0].seat_number}"
    return "Seats " + ", ".join(seat.seat_number for seat in seats)


def duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [counted(minutes, "minute")] if minutes else []
    parts += [counted(rest, "second")] if rest or not minutes else []
    return " ".join(parts)


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
