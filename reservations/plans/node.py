"""Read JSON data of unknown shape and report exactly where it is wrong.

A `Node` is a value and its path. Reading it as a type that it does not have records a fault and
returns a default, so that readers need no error handling, several faults are found at once, and
nothing inside a faulty value is reported again.
"""

import json
import math
from typing import Any, Final

from reservations.plans.characters import is_clean
from reservations.plans.colors import is_color
from reservations.plans.errors import Fault, PlanError

MAX_FAULTS = 10
MAX_NUMBER = 100_000

_ABSENT: Final = object()


class Faults:
    """The faults found so far, one for each path."""

    def __init__(self) -> None:
        self._found: dict[str, Fault] = {}

    def add(self, path: str, problem: str) -> None:
        """Record a fault. Raises: PlanError once there are MAX_FAULTS."""
        self._found.setdefault(path, Fault(path, problem))
        if len(self._found) >= MAX_FAULTS:
            self.check()

    def check(self) -> None:
        """Raise PlanError if there are any faults."""
        if self._found:
            raise PlanError(*self._found.values())


class Node:
    """A value in a document. Null counts as absent."""

    __slots__ = ("_faults", "_key", "_parent", "_value")

    def __init__(
        self, value: Any, faults: Faults, parent: "Node | None" = None, key: str | int = ""
    ) -> None:
        self._value = value
        self._faults = faults
        self._parent = parent
        self._key = key

    @property
    def path(self) -> str:
        """The path from the document's root, such as `zones[0].rows[3]`."""
        if self._parent is None:
            return ""
        before = self._parent.path
        if isinstance(self._key, int):
            return f"{before}[{self._key}]"
        return f"{before}.{self._key}" if before else self._key

    @property
    def is_absent(self) -> bool:
        return self._value is _ABSENT or self._value is None

    @property
    def is_list(self) -> bool:
        return isinstance(self._value, list)

    def refuse(self, problem: str) -> None:
        """Record a fault of this value. Raises: PlanError once there are MAX_FAULTS."""
        if not self._is_inside_a_fault():
            self._faults.add(self.path, problem)

    def __getitem__(self, key: str) -> "Node":
        """Return a field of this object; an absent one is a node too."""
        if isinstance(self._value, dict):
            return Node(self._value.get(key, _ABSENT), self._faults, self, key)
        self._refuse_as("an object")
        return Node(_ABSENT, self._faults, self, key)

    def items(self, *, required: bool = True) -> list["Node"]:
        """Return the items of this list."""
        if isinstance(self._value, list):
            return [Node(item, self._faults, self, at) for at, item in enumerate(self._value)]
        if required or not self.is_absent:
            self._refuse_as("a list")
        return []

    def text(self, *, max_length: int, default: str | None = None) -> str:
        """Return this text. It is required if there is no default."""
        if self.is_absent and default is not None:
            return default
        if not isinstance(self._value, str):
            self._refuse_as("text")
            return ""
        if len(self._value) > max_length:
            self.refuse(f"must have at most {max_length} characters, not {len(self._value)}")
        elif not is_clean(self._value):
            self.refuse("must not contain control characters")
        return self._value

    def line(self, *, max_length: int) -> str:
        """Return this text with line breaks replaced by spaces; empty if it is absent."""
        if isinstance(self._value, str):
            flat = " ".join(self._value.split())
            return Node(flat, self._faults, self._parent, self._key).text(max_length=max_length)
        return self.text(max_length=max_length, default="")

    def number(
        self,
        *,
        least: float = -MAX_NUMBER,
        most: float = MAX_NUMBER,
        above: float | None = None,
        default: float | None = None,
    ) -> float:
        """Return this number, which must be between `least` and `most`, and more than `above`."""
        value = self._value
        if self.is_absent and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse_as("a number")
        elif isinstance(value, float) and not math.isfinite(value):
            self.refuse(f"must be a finite number, not {shown(value)}")
        elif above is not None and value <= above:
            self.refuse(f"must be more than {above:g}, not {shown(value)}")
        elif not least <= value <= most:
            self.refuse(f"must be between {least:.15g} and {most:.15g}, not {shown(value)}")
        else:
            return float(value)
        return 0.0

    def color(self) -> str | None:
        """Return this colour in lower case, or None if it is absent or empty."""
        if self.is_absent or self._value == "":
            return None
        if not isinstance(self._value, str) or not is_color(self._value):
            self.refuse(f"must be a colour such as #7c3aed, not {shown(self._value)}")
            return None
        return self._value.lower()

    def one_of(self, *allowed: str) -> str | None:
        """Return this word, or None if it is absent."""
        if self.is_absent:
            return None
        if self._value in allowed:
            return str(self._value)
        self.refuse(f"must be one of {', '.join(allowed)}, not {shown(self._value)}")
        return None

    def _refuse_as(self, kind: str) -> None:
        absent = self._value is _ABSENT
        self.refuse("is missing" if absent else f"must be {kind}, not {shown(self._value)}")

    def _is_inside_a_fault(self) -> bool:
        """Return whether this is a field of a value that should have been an object."""
        parent = self._parent
        if parent is None:
            return False
        if isinstance(self._key, str) and not isinstance(parent._value, dict):
            return True
        return parent._is_inside_a_fault()


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
