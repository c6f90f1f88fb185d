"""Draw a football stadium of 50,000 seats: two tiers around a pitch, with curved corners.

It is drawn to scale, forty units to the metre: the pitch is 105 by 68 metres, a seat half a metre
wide and a row eighty centimetres deep. Each row has a constant distance from the pitch, straight
along the sides and in quarter circles around the corners. Blocks are numbered clockwise from the
upper left, from 101 in the lower tier and from 201 in the upper one.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reservations.plans.labels import Place, row_letters, seat_numbers
from reservations.plans.plan import (
    Body,
    Circle,
    Plan,
    PlanCategory,
    PlanSeat,
    Polygon,
    Rectangle,
    Shape,
    ShapeText,
)

SEATS = 50_000
METRE = 40.0
PITCH_LENGTH, PITCH_WIDTH = 105 * METRE, 68 * METRE
SEAT_SPACING = 0.5 * METRE
SEAT_RADIUS = 8.0
ROW_PITCH = 0.8 * METRE
AISLE_WIDTH = 1.4 * METRE
MARGIN = 15 * METRE

# Stairs lead into the upper tier through openings in the middle of its blocks.
GATE_WIDTH = 2.4 * METRE
GATE_ROWS = range(9, 12)

PREMIUM, LOWER_SIDE, LOWER_GOAL = "Premium", "Lower side", "Lower goal"
UPPER_SIDE, UPPER_GOAL, FAMILY = "Upper side", "Upper goal", "Family"
COLORS = {
    PREMIUM: "#f59e0b",
    LOWER_SIDE: "#db2777",
    LOWER_GOAL: "#7c3aed",
    UPPER_SIDE: "#0891b2",
    UPPER_GOAL: "#166534",
    FAMILY: "#b91c1c",
}

FLOOR = "rgba(100, 116, 139, 0.12)"
RAIL = "rgba(100, 116, 139, 0.45)"
GATE = "rgba(51, 65, 85, 0.55)"
INK = "#64748b"
GRASS, STRIPE, LINE = "#2f7d46", "#35884d", "rgba(255, 255, 255, 0.75)"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stand:
    """A straight side or a corner of the ring around the pitch.

    A straight side starts at its point and extends `length` in the direction of `angle`; a corner
    turns around its point by a quarter from there. `angle` is in degrees, clockwise from the right.
    """

    name: str
    x: float
    y: float
    angle: float
    length: float | None = None

    def span(self, distance: float) -> float:
        """Return the stand's length at a distance from the pitch."""
        return distance * math.pi / 2 if self.length is None else self.length

    def at(self, along: float, distance: float) -> Point:
        """Return the point `along` the stand at a distance from the pitch."""
        turn = math.radians(self.angle)
        if self.length is None:
            turn += along / distance
            along = 0
        return (
            self.x + along * math.cos(turn) + distance * math.sin(turn),
            self.y + along * math.sin(turn) - distance * math.cos(turn),
        )


@dataclass(frozen=True, slots=True)
class Tier:
    """A ring of rows. `blocks` has the number of blocks in a long side, a short one, a corner."""

    first_block: int
    first_distance: float
    rows: int
    blocks: tuple[int, int, int]
    sign_distance: float
    sign_size: float
    has_gates: bool = False

    def distance(self, row: int) -> float:
        return self.first_distance + ROW_PITCH * row


@dataclass(frozen=True, slots=True)
class Block:
    """The block at index `at` of `of` equal parts of a stand in a tier."""

    name: str
    tier: Tier
    stand: Stand
    at: int
    of: int

    def point(self, part: float, distance: float) -> Point:
        """Return the point at a fraction of the block's width, from 0 to 1."""
        along = (self.at + part) / self.of * self.stand.span(distance)
        return self.stand.at(along, distance)

    def row(self, row: int, *, fewer: int = 0) -> list[Point]:
        """Return the seats of a row, spread from aisle to aisle, with `fewer` left out."""
        distance = self.tier.distance(row)
        width = self.stand.span(distance) / self.of
        room = width - AISLE_WIDTH
        gaps = int(room / SEAT_SPACING)
        begins = AISLE_WIDTH / 2 + fewer / 2 * room / gaps
        found = [
            self.point((begins + room / gaps * at) / width, distance)
            for at in range(gaps + 1 - fewer)
        ]
        if not (self.tier.has_gates and row in GATE_ROWS):
            return found
        middle = self.point(0.5, distance)
        return [seat for seat in found if math.dist(seat, middle) > GATE_WIDTH / 2]

    def outline(self, first: float, last: float, *, aside: float) -> list[Point]:
        """Return the outline of the block between two distances, `aside` from its edges."""
        steps = 8 if self.stand.length is None else 1
        front, back = (
            [
                self.point(self._part(step / steps, distance, aside), distance)
                for step in range(steps + 1)
            ]
            for distance in (first, last)
        )
        return front + back[::-1]

    def gate(self) -> list[Point]:
        """Return the outline of the opening in the middle of the block."""
        front, back = (
            self.tier.distance(row) - ROW_PITCH / 2 for row in (GATE_ROWS.start, GATE_ROWS.stop)
        )
        half = (GATE_WIDTH - SEAT_SPACING) / 2
        corners = ((front, -half), (front, half), (back, half), (back, -half))
        return [
            self.stand.at((self.at + 0.5) / self.of * self.stand.span(distance) + aside, distance)
            for distance, aside in corners
        ]

    def _part(self, part: float, distance: float, aside: float) -> float:
        edge = aside / (self.stand.span(distance) / self.of)
        return edge + part * (1 - 2 * edge)

    @property
    def category(self) -> str:
        if self.name.startswith("2"):
            return UPPER_SIDE if self.stand.length == PITCH_LENGTH else UPPER_GOAL
        if self.stand.length is None:
            return FAMILY if self.stand.name.endswith("east") else LOWER_GOAL
        if self.stand.length != PITCH_LENGTH:
            return LOWER_GOAL
        return PREMIUM if 2 <= self.at < self.of - 2 else LOWER_SIDE


LOWER = Tier(101, 8 * METRE, 23, (8, 5, 2), sign_distance=28.6 * METRE, sign_size=80)
UPPER = Tier(
    201, 32 * METRE, 28, (8, 5, 4), sign_distance=57.6 * METRE, sign_size=84, has_gates=True
)


def stadium(name: str) -> Plan:
    """Return the plan of a stadium of 50,000 seats."""
    blocks = [*_blocks(LOWER), *_blocks(UPPER)]
    places: list[Place] = []
    points: list[Point] = []
    categories: list[str] = []
    fewer = _fewer(blocks)
    for block in blocks:
        for row in range(block.tier.rows):
            found = block.row(row, fewer=fewer.get((block.name, row), 0))
            letters = row_letters(row)
            places += [Place(block.name, letters, str(at)) for at in range(1, len(found) + 1)]
            points += found
            categories += [block.category] * len(found)
    seats = tuple(
        PlanSeat(
            guid=f"{place.section}-{place.row}-{place.number}",
            seat_number=called,
            section=place.section,
            row=place.row,
            number=place.number,
            x=round(x + _width() / 2, 2),
            y=round(y + _height() / 2, 2),
            category=category,
        )
        for place, called, (x, y), category in zip(
            places, seat_numbers(places), points, categories, strict=True
        )
    )
    return Plan(
        name=name,
        width=_width(),
        height=_height(),
        seat_radius=SEAT_RADIUS,
        categories=tuple(PlanCategory(called, color) for called, color in COLORS.items()),
        seats=seats,
        shapes=(*_house(blocks), *_pitch(), *_signs(blocks)),
    )


def _width() -> float:
    return PITCH_LENGTH + 2 * (UPPER.distance(UPPER.rows) + MARGIN)


def _height() -> float:
    return PITCH_WIDTH + 2 * (UPPER.distance(UPPER.rows) + MARGIN)


def _stands() -> list[Stand]:
    """Return the stands, clockwise from the upper left."""
    right, bottom = PITCH_LENGTH / 2, PITCH_WIDTH / 2
    return [
        Stand("North", -right, -bottom, 0, PITCH_LENGTH),
        Stand("Northeast", right, -bottom, 0),
        Stand("East", right, -bottom, 90, PITCH_WIDTH),
        Stand("Southeast", right, bottom, 90),
        Stand("South", right, bottom, 180, PITCH_LENGTH),
        Stand("Southwest", -right, bottom, 180),
        Stand("West", -right, bottom, 270, PITCH_WIDTH),
        Stand("Northwest", -right, -bottom, 270),
    ]


def _blocks(tier: Tier) -> Iterator[Block]:
    number = tier.first_block
    for stand in _stands():
        of = tier.blocks[{PITCH_LENGTH: 0, PITCH_WIDTH: 1, None: 2}[stand.length]]
        for at in range(of):
            yield Block(str(number), tier, stand, at, of)
            number += 1


def _fewer(blocks: Sequence[Block]) -> dict[tuple[str, int], int]:
    """Return how many seats the last rows leave out, so that the total is SEATS.

    The gaps leave room for floodlights and cameras.
    """
    total = sum(len(block.row(row)) for block in blocks for row in range(block.tier.rows))
    last = [(block.name, UPPER.rows - 1) for block in blocks if block.tier is UPPER]
    each, more = divmod(total - SEATS, len(last))
    return {place: each + (at < more) for at, place in enumerate(last)}


def _house(blocks: Sequence[Block]) -> Iterator[Shape]:
    yield _polygon(_ring(UPPER.distance(UPPER.rows) + 1.5 * METRE), FLOOR, RAIL)
    for block in blocks:
        tier = block.tier
        front, back = tier.distance(0) - ROW_PITCH / 2, tier.distance(tier.rows) - ROW_PITCH / 2
        yield _polygon(block.outline(front, back, aside=AISLE_WIDTH / 4), FLOOR)
        if tier.has_gates:
            yield _polygon(block.gate(), GATE)
    for distance in (LOWER.distance(0), UPPER.distance(0)):
        yield _polygon(_ring(distance - 0.8 * METRE), None, RAIL)


def _ring(distance: float) -> list[Point]:
    return [
        stand.at(step / 24 * stand.span(distance), distance)
        for stand in _stands()
        for step in (range(25) if stand.length is None else (0, 24))
    ]


def _pitch() -> Iterator[Shape]:
    """Draw the field as the rules of the game have it."""
    length, width, grass = PITCH_LENGTH, PITCH_WIDTH, 3 * METRE
    yield _box(0, 0, length + 2 * grass, width + 2 * grass, GRASS)
    for stripe in range(-4, 5, 2):
        yield _box(stripe * length / 9, 0, length / 9, width + 2 * grass, STRIPE)
    yield _box(0, 0, length, width, None, LINE)
    yield _box(0, 0, 0.12 * METRE, width, LINE)
    yield _shape(0, 0, Circle(9.15 * METRE), None, LINE)
    for side in (-1, 1):
        for depth, breadth in ((16.5, 40.32), (5.5, 18.32), (-2.0, 7.32)):
            x = side * (length - depth * METRE) / 2
            yield _box(x, 0, abs(depth) * METRE, breadth * METRE, None, LINE)
        yield _shape(side * (length / 2 - 11 * METRE), 0, Circle(0.3 * METRE), LINE)
    yield _text("PITCH", 0, 0, size=150, color="#f0fdf4")


def _signs(blocks: Sequence[Block]) -> Iterator[Shape]:
    for block in blocks:
        x, y = block.point(0.5, block.tier.sign_distance)
        yield _text(block.name, x, y, size=block.tier.sign_size)
    outside = UPPER.distance(UPPER.rows) + 8.5 * METRE
    for stand in _stands():
        if stand.length is not None:
            x, y = stand.at(stand.length / 2, outside)
            turn = {"East": 90.0, "West": 270.0}.get(stand.name, 0.0)
            yield _text(f"{stand.name} stand".upper(), x, y, size=190, rotation=turn)
        else:
            # Farther out, because it is not turned.
            beyond = outside + 12 * METRE
            x, y = stand.at(stand.span(beyond) / 2, beyond)
            yield _text(f"{stand.name} gates".upper(), x, y, size=110)


def _box(
    x: float, y: float, width: float, height: float, color: str | None, border: str | None = None
) -> Shape:
    return _shape(x - width / 2, y - height / 2, Rectangle(width, height), color, border)


def _polygon(points: Iterable[Point], color: str | None, border: str | None = None) -> Shape:
    (x, y), *rest = points
    relative = [(0.0, 0.0), *((round(at[0] - x, 1), round(at[1] - y, 1)) for at in rest)]
    return _shape(x, y, Polygon(tuple(relative)), color, border)


def _text(
    text: str, x: float, y: float, *, size: float, color: str = INK, rotation: float = 0
) -> Shape:
    return _shape(x, y, None, None, text=ShapeText(text, size, color), rotation=rotation)


def _shape(
    x: float,
    y: float,
    body: Body | None,
    color: str | None,
    border: str | None = None,
    *,
    text: ShapeText | None = None,
    rotation: float = 0,
) -> Shape:
    """Return a shape relative to the middle of the pitch."""
    return Shape(
        x=round(x + _width() / 2, 1),
        y=round(y + _height() / 2, 1),
        body=body,
        rotation=rotation,
        color=color,
        border_color=border,
        text=text,
    )
