"""What is special about a seat, and what buyers may wish for."""

from enum import IntEnum, IntFlag, StrEnum


class SeatFeature(IntFlag):
    """A seat's features as the bits of a number. A companion seat is one with `companion_of`."""

    ACCESSIBLE = 1
    RESTRICTED_VIEW = 2
    AISLE = 4

    @property
    def words(self) -> list[str]:
        """The features as in the API."""
        return [feature.name.lower() for feature in SeatFeature if feature in self and feature.name]


NO_FEATURES = SeatFeature(0)
ALL_FEATURES = ~NO_FEATURES


class SoldBy(IntEnum):
    """How a seat is sold: by itself, with its whole table, or as any place of a standing area.

    Table and standing area are the seat's `group`.
    """

    SEAT = 0
    TABLE = 1
    NUMBER = 2


class SeatWish(StrEnum):
    """What buyers filter seats by.

    ACCESSIBLE: a wheelchair place, with its companion seats. AISLE: at least one seat on an aisle.
    FULL_VIEW: no seat with a restricted view.
    """

    ACCESSIBLE = "accessible"
    AISLE = "aisle"
    FULL_VIEW = "full_view"
