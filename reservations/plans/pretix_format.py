"""The seating-plan JSON that pretix's plan editor exports, as pydantic models.

The format, as pretix's own `seating-plan.schema.json` has it: an object with `name`,
`size` {width, height}, `categories` [{name, color}] and `zones`. A zone has a `name`, a
`position` {x, y}, `rows` and `areas`; a row a `row_number`, a `position` relative to the zone,
perhaps a `row_number_position` (start, end or both: where the row's name is shown), a `row_label`
and a `seat_label` (what row and seat are called in words, where %s stands for their numbers) and
`seats`; a seat a `seat_guid`, a `seat_number`, a `position` relative to the row, a `category` by
name and perhaps a `radius`, 10 when absent, and a `start_direction` (<, > or <>: seats of its row
are to be booked in order, from this one).

An area is decoration. `shape` (circle, ellipse, polygon, rectangle or text) selects one of the
bodies: `circle` {radius}, `ellipse` {radius {x, y}}, `polygon` {points [{x, y}]} relative to the
area, or `rectangle` {width, height}. `position` {x, y} is relative to the zone; `rotation` is in
degrees clockwise about the position; then `color`, `border_color`, and `text` {text, position
relative to the area, color, size, by default 16}, which any shape may have.

Keys of ours, which `pretix_export` leaves out: a seat has perhaps `features` (a list of accessible,
companion, restricted_view and aisle), a `note` for buyers, and `companion_of`, the `seat_guid` of
the accessible seat whose companion sits there, which every companion seat must have. A row with a
`table` is one: its seats are the chairs, and its position is the middle of the table. A table has a
`shape` (round or long), a `width`, and if it is long a `height` and a `rotation` about its middle;
`sold` is seat, or whole if all its chairs are sold at once. Its name is its `uuid`. An area with
`standing` {capacity, category, guid} is a standing area, whose places are sold by number; the
`category` may be empty, and the `capacity` of one that is not finished is 0.

The document may have `floors` [{id, name}], a `focal_point`
{x, y} towards which the best seats are, and a `background` {href, x, y, width, height, opacity},
an image to trace in the editor, as a data URL; a zone the id of its `floor`.

Null counts as absent, and unknown keys are ignored. The editor gives new seats an empty category;
such a seat has none. Older versions of the format have no `size`.
"""

import dataclasses
import json
import math
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Strict,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails, PydanticCustomError

from reservations.plans.characters import CLEAN
from reservations.plans.colors import is_color
from reservations.plans.errors import Fault, PlanError
from reservations.plans.plan import (
    MAX_CATEGORY_LENGTH,
    MAX_GUID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_NOTE_LENGTH,
    MAX_NUMBER_LENGTH,
    MAX_ROW_LENGTH,
    MAX_SEATS,
    MAX_SECTION_LENGTH,
    MAX_SHAPES,
    MAX_ZONES,
)

MAX_FAULTS = 10
MAX_NUMBER = 100_000
MAX_CATEGORIES = 500
MAX_POINTS = 1_000
MAX_TEXT_LENGTH = 200
MAX_FLOORS = 50

AreaShape = Literal["circle", "ellipse", "polygon", "rectangle", "text"]
AREA_SHAPES = get_args(AreaShape)
TableShape = Literal["round", "long"]
TableSale = Literal["seat", "whole"]
FeatureWord = Literal["accessible", "companion", "restricted_view", "aisle"]

Item = TypeVar("Item")


@dataclasses.dataclass(slots=True)
class _Reading:
    """What validators know of the whole document: the context of the validation."""

    category_names: frozenset[str] | None
    """None if the categories cannot be read."""
    faults: int = 0
    seats: int = 0
    areas: int = 0


def read_document(document: Any) -> "PretixPlan":
    """Validate decoded JSON. Raises: PlanError with the first MAX_FAULTS faults."""
    try:
        return _PLAN.validate_python(
            document, context=_Reading(category_names=_category_names(document))
        )
    except ValidationError as error:
        found = error.errors(include_url=False)
    raise PlanError(*(Fault(path(*each["loc"]), _problem(each)) for each in found[:MAX_FAULTS]))


def path(*keys: str | int) -> str:
    """Return the path of a value from the document's root, such as `zones[0].rows[3]`."""
    steps = [
        f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys if key not in _AREA_TAGS
    ]
    return "".join(steps).removeprefix(".")


def shown(value: Any) -> str:
    """Return a value for an error message: short, printable and on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            short = value if len(value) <= 40 else value[:40] + "…"
            quoted = json.dumps(short, ensure_ascii=not short.isprintable())
            return quoted.replace("\x7f", "\\u007f")
        case float() if math.isnan(value):
            return "NaN"
        case float():
            return f"{value:.6g}".replace("inf", "Infinity")
        case int():
            # Python refuses to write out an integer of thousands of digits.
            return str(value) if abs(value) < 10**15 else "a huge number"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return type(value).__name__


def _category_names(document: Any) -> frozenset[str] | None:
    match document:
        case {"categories": list(items)}:
            names = (item.get("name") for item in items if isinstance(item, dict))
            return frozenset(name for name in names if isinstance(name, str))
    return None


def _unless_refused(
    value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo[_Reading]
) -> Any:
    """Validate an item of a list, unless the document has MAX_FAULTS faults already.

    A hostile file could have millions of faults, which pydantic would collect in memory.
    """
    reading = info.context
    before = reading.faults
    if before >= MAX_FAULTS:
        return value
    try:
        return validate(value)
    except ValidationError as error:
        reading.faults = before + error.error_count()
        raise


def _counted(what: Literal["seats", "areas"]) -> BeforeValidator:
    """Return a validator that refuses the document once its lists have too many items in all."""

    def count(value: Any, info: ValidationInfo[_Reading]) -> Any:
        if isinstance(value, list):
            total = getattr(info.context, what) + len(value)
            setattr(info.context, what, total)
            most = {"seats": MAX_SEATS, "areas": MAX_SHAPES}[what]
            if total > most:
                raise PlanError(Fault("zones", f"must have at most {most:,} {what}"))
        return value

    return BeforeValidator(count)


def _fault(problem: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{problem}", {"problem": problem})


def _known_category(name: str, info: ValidationInfo[_Reading]) -> str:
    known = info.context.category_names
    if name and known is not None and name not in known:
        raise _fault(f"{shown(name)} is not one of the plan's categories")
    return name


def _flattened(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _known_color(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not is_color(value):
        raise _fault(f"must be a colour such as #7c3aed, not {shown(value)}")
    return value.lower()


def _full(text: str) -> str:
    if not text.strip():
        raise _fault("must not be empty")
    return text


def _in_a_url(text: str) -> str:
    if not text.strip() or "/" in text or text in (".", ".."):
        raise _fault("must not be empty, and without slashes")
    return text


_Each = Annotated[Item, WrapValidator(_unless_refused)]

_Text = Annotated[str, Strict(), Field(pattern=CLEAN)]
_LINE = BeforeValidator(_flattened)
_RowName = Annotated[_Text, Field(max_length=MAX_ROW_LENGTH)]
_RowLine = Annotated[_RowName, _LINE]
_SeatNumber = Annotated[_Text, Field(max_length=MAX_NUMBER_LENGTH)]
_NumberLine = Annotated[_SeatNumber, _LINE]
_CategoryName = Annotated[_Text, Field(max_length=MAX_CATEGORY_LENGTH)]

_Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
_Coordinate = Annotated[_Number, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
_Length = Annotated[_Number, Field(ge=0, le=MAX_NUMBER)]
_Size = Annotated[_Number, Field(gt=0, le=MAX_NUMBER)]
_SmallSize = Annotated[_Number, Field(gt=0, le=1_000)]

_Color = Annotated[str | None, BeforeValidator(_known_color)]


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixPoint:
    """A position, relative to what contains it."""

    x: _Coordinate
    y: _Coordinate


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixSize:
    width: _Size
    height: _Size


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixCategory:
    name: Annotated[_CategoryName, AfterValidator(_full)]
    color: _Color = None


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixText:
    text: Annotated[_Text, Field(max_length=MAX_TEXT_LENGTH), _LINE] | None = None
    position: PretixPoint | None = None
    size: _SmallSize | None = None
    color: _Color = None


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixStanding:
    capacity: Annotated[int, Strict(), Field(ge=0, le=MAX_SEATS)] = 0
    guid: Annotated[
        _Text, Field(max_length=MAX_GUID_LENGTH - len(f"-{MAX_SEATS}")), AfterValidator(_in_a_url)
    ]
    category: Annotated[_CategoryName, AfterValidator(_known_category)] = ""


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixArea:
    """An area without a body: only text."""

    shape: AreaShape | None = None
    position: PretixPoint | None = None
    rotation: _Coordinate | None = None
    color: _Color = None
    border_color: _Color = None
    text: PretixText | None = None
    standing: PretixStanding | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixCircle:
    radius: _Length


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixRadii:
    x: _Length
    y: _Length


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixEllipse:
    radius: PretixRadii


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixRectangle:
    width: _Length
    height: _Length


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixPolygon:
    points: Annotated[list[_Each[PretixPoint]], Field(max_length=MAX_POINTS)]


@dataclass(slots=True, frozen=True, kw_only=True)
class CircleArea(PretixArea):
    circle: PretixCircle


@dataclass(slots=True, frozen=True, kw_only=True)
class EllipseArea(PretixArea):
    ellipse: PretixEllipse


@dataclass(slots=True, frozen=True, kw_only=True)
class RectangleArea(PretixArea):
    rectangle: PretixRectangle


@dataclass(slots=True, frozen=True, kw_only=True)
class PolygonArea(PretixArea):
    polygon: PretixPolygon


def _area_tag(area: Any) -> str:
    shape = area.get("shape") if isinstance(area, dict) else None
    return f"<{shape}>" if shape in AREA_SHAPES else "<text>"


# pydantic adds the tag of a union's member to an error's path, where `path` leaves it out.
_AREA_TAGS = frozenset(f"<{shape}>" for shape in AREA_SHAPES)
_AnyArea = Annotated[
    Annotated[CircleArea, Tag("<circle>")]
    | Annotated[EllipseArea, Tag("<ellipse>")]
    | Annotated[RectangleArea, Tag("<rectangle>")]
    | Annotated[PolygonArea, Tag("<polygon>")]
    | Annotated[PretixArea, Tag("<text>")],
    Discriminator(_area_tag),
]


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixSeat:
    seat_guid: Annotated[_Text, Field(max_length=MAX_GUID_LENGTH), AfterValidator(_full)]
    seat_number: _SeatNumber
    category: Annotated[_CategoryName, AfterValidator(_known_category)]
    position: PretixPoint
    radius: _SmallSize | None = None
    start_direction: _NumberLine | None = None
    features: Annotated[list[FeatureWord], Field(max_length=4)] | None = None
    note: Annotated[_Text, Field(max_length=MAX_NOTE_LENGTH), _LINE] | None = None
    companion_of: Annotated[_Text, Field(max_length=MAX_GUID_LENGTH)] | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixTable:
    shape: TableShape
    width: _Size
    height: _Size | None = None
    rotation: _Coordinate | None = None
    sold: TableSale | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixRow:
    row_number: _RowName
    position: PretixPoint | None = None
    row_label: _RowLine | None = None
    seat_label: _NumberLine | None = None
    row_number_position: _RowLine | None = None
    seats: Annotated[list[_Each[PretixSeat]], _counted("seats")]
    uuid: Any = None
    table: PretixTable | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixZone:
    name: Annotated[_Text, Field(max_length=MAX_SECTION_LENGTH)] | None = None
    floor: Annotated[_Text, Field(max_length=MAX_NAME_LENGTH)] | None = None
    position: PretixPoint
    rows: Annotated[list[_Each[PretixRow]], Field(max_length=MAX_SEATS)]
    areas: Annotated[list[_Each[_AnyArea]], _counted("areas")] | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class PlanFloor:
    id: Annotated[_Text, Field(max_length=MAX_NAME_LENGTH), AfterValidator(_full)]
    name: Annotated[_Text, Field(max_length=MAX_NAME_LENGTH)] = ""


@dataclass(slots=True, frozen=True, kw_only=True)
class PlanBackground:
    """An image to trace. `document` checks that `href` is one."""

    href: Annotated[str, Strict()]
    x: _Coordinate = 0
    y: _Coordinate = 0
    width: _Size
    height: _Size
    opacity: Annotated[_Number, Field(ge=0, le=1)] = 1


@dataclass(slots=True, frozen=True, kw_only=True)
class PretixPlan:
    name: Annotated[_Text, Field(max_length=MAX_NAME_LENGTH)] | None = None
    categories: Annotated[list[_Each[PretixCategory]], Field(max_length=MAX_CATEGORIES)]
    size: PretixSize | None = None
    floors: Annotated[list[_Each[PlanFloor]], Field(max_length=MAX_FLOORS)] | None = None
    focal_point: PretixPoint | None = None
    background: PlanBackground | None = None
    zones: Annotated[list[_Each[PretixZone]], Field(max_length=MAX_ZONES)]


_PLAN = TypeAdapter(PretixPlan)


def _problem(found: ErrorDetails) -> str:
    """Return an error in our words, which follow the path."""
    value, limits = found["input"], found.get("ctx", {})
    match found["type"]:
        case "missing":
            return "is missing"
        case "fault":
            return found["msg"]
        case "string_unicode" | "string_pattern_mismatch":
            return "must not contain control characters"
        case "string_too_long":
            return f"must have at most {limits['max_length']} characters, not {len(value)}"
        case "too_long":
            what = found["loc"][-1]
            return f"must have at most {limits['max_length']:,} {what}, not {len(value):,}"
        case "int_type":
            complaint = "must be a whole number"
        case "literal_error":
            complaint = "must be one of " + limits["expected"].replace("'", "").replace(
                " or ", ", "
            )
        case "string_type":
            complaint = "must be text"
        case "float_type" if isinstance(value, int) and not isinstance(value, bool):
            # It is larger than any float.
            return "has far too many digits"
        case "float_type":
            complaint = "must be a number"
        case "finite_number":
            complaint = "must be a finite number"
        case "greater_than":
            complaint = f"must be more than {limits['gt']:g}"
        case "greater_than_equal":
            complaint = f"must be at least {limits['ge']:.15g}"
        case "less_than_equal":
            complaint = f"must be at most {limits['le']:.15g}"
        case "list_type":
            complaint = "must be a list"
        case "dataclass_type":
            complaint = "must be an object"
        case _:
            return found["msg"].replace("Input should be", "must be")
    return f"{complaint}, not {shown(value)}"
