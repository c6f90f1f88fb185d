"""The seats that all buyers share."""

import random
from typing import Any

from loadtest.engine.hall import FREE, LOCKED, RESERVED, Hall, packed, unpacked


def _seats(rows: int, in_row: int) -> list[dict[str, Any]]:
    return [
        {
            "id": 100 + row * in_row + number,
            "section": "Floor",
            "row": str(row),
            "x": number,
            "y": row,
            "status": "available",
        }
        for row in range(rows)
        for number in range(in_row)
    ]


def test_free_seats_match_the_statuses_after_random_changes() -> None:
    hall, rng = Hall(_seats(4, 5)), random.Random(1)
    model = [FREE] * 20
    for _ in range(2_000):
        index, status = rng.randrange(20), rng.choice([FREE, LOCKED, RESERVED])
        assert hall.update(index, status) == (model[index] != status)
        model[index] = status
        assert hall.free == model.count(FREE)
        assert hall.left == model.count(FREE) + model.count(LOCKED)
        chosen = hall.choose(rng, 3)
        assert all(model[each] == FREE for each in chosen)
        assert bool(chosen) == (FREE in model)


def test_chosen_seats_are_adjacent_in_one_row() -> None:
    hall, rng = Hall(_seats(10, 6)), random.Random(1)
    for _ in range(200):
        chosen = hall.choose(rng, 4)
        assert 1 <= len(chosen) <= 4
        assert chosen == list(range(chosen[0], chosen[0] + len(chosen)))
        assert chosen[0] // 6 == chosen[-1] // 6


def test_no_seat_is_chosen_in_a_sold_out_hall() -> None:
    hall = Hall(_seats(1, 2))
    hall.update(0, RESERVED)
    hall.update(1, LOCKED)
    assert hall.choose(random.Random(1), 2) == []


def test_statuses_are_packed_as_in_a_snapshot() -> None:
    for count in range(9):
        statuses = bytes(random.Random(count).choices(range(4), k=count))
        assert unpacked(packed(statuses), count) == statuses
    assert packed(bytes([1, 2, 3, 0, 2])) == "OQI="
