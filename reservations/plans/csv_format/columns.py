"""The columns of a CSV file, and which kinds of lines have them."""

from enum import StrEnum

REQUIRED = ("section", "row", "number", "x", "y", "category")
OPTIONAL = (
    *("features", "note", "companion_of", "guid", "radius", "row_label", "seat_label"),
    *("kind", "table", "shape", "width", "height", "rotation", "sold", "capacity", "outline"),
    *("zone", "floor"),
)


class Kind(StrEnum):
    """What a line is. Empty is a seat."""

    SEAT = ""
    TABLE = "table"
    STANDING = "standing"


_ALL = ("x", "y", "kind", "section", "zone", "floor", "guid")
_ROWS = ("row", "row_label", "seat_label")
_SEATS = ("number", "category", "features", "note", "companion_of", "radius", "table")
_SHAPES = ("shape", "width", "height", "rotation")
COLUMNS_OF = {
    Kind.SEAT: frozenset({*_ALL, *_ROWS, *_SEATS}),
    Kind.TABLE: frozenset({*_ALL, *_ROWS, *_SHAPES, "sold"}),
    Kind.STANDING: frozenset({*_ALL, *_SHAPES, "category", "capacity", "outline"}),
}
"""The columns of each kind. The other cells of its line must be empty."""

NUMBERS = ("x", "y", "radius", "width", "height", "rotation", "capacity")
