"""Public ids of reservations."""

import pytest

from reservations.formats.public_ids import new_public_id, parse_public_id


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("0123456789ABCDEF", "0123456789ABCDEF"),
        ("o1l3456789abcdef", "0113456789ABCDEF"),
        ("I123456789ABCDE", None),
        ("0123456789ABCDEFG", None),
        ("U123456789ABCDEF", None),
        ("0123456789ABCDE\x00", None),
        ("\u0660123456789ABCDEF", None),
        ("", None),
    ],
)
def test_a_typed_public_id_is_normalised(typed: str, found: str | None) -> None:
    assert parse_public_id(typed) == found


def test_a_generated_public_id_is_valid() -> None:
    assert all(parse_public_id(each) == each for each in (new_public_id() for _ in range(200)))
