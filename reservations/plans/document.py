"""Documents of seating plans, as the editor sends them and versions store them.

A document is a plan in pretix's format with optional keys of ours (`pretix_format`). It is stored
as the bytes that were sent, because its SHA-256 names a version.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from reservations.plans import pretix
from reservations.plans.errors import Fault, PlanError
from reservations.plans.images import ImageRefused, require_image
from reservations.plans.pretix_format import PretixPlan, path, read_document

MAX_BYTES = 20 * 1024 * 1024
MAX_IMAGE_BYTES = 8 * 1024 * 1024

_IMAGE = re.compile(r"data:image/(png|jpeg|webp);base64,")
# What `json.loads` accepts besides JSON, outside of strings or not.
_NO_NUMBER = re.compile(rb"NaN|Infinity")


class Note(NamedTuple):
    """What was changed to read a file: a stable code, a sentence, and what the sentence names."""

    code: str
    sentence: str
    names: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document: `data` as it was sent, and `found` as it was read.

    `notes` say what was changed, if it was sent in another form.
    """

    data: bytes
    found: PretixPlan
    notes: tuple[Note, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def seats(self) -> int:
        """How many can be sold: seats in rows, and places of standing areas."""
        zones = self.found.zones
        areas = [area for zone in zones for area in zone.areas or ()]
        places = sum(area.standing.capacity for area in areas if area.standing is not None)
        return sum(len(row.seats) for zone in zones for row in zone.rows) + places


def read(data: bytes) -> Document:
    """Read a document that may be unfinished: without seats, or with labels missing.

    Raises: PlanError.
    """
    decoded = pretix.decode(data, max_bytes=MAX_BYTES)
    found = read_document(decoded)
    if _NO_NUMBER.search(data) and (fault := _no_number(decoded)):
        raise PlanError(fault)
    if found.background is not None and (problem := _image_problem(found.background.href)):
        raise PlanError(Fault(path("background", "href"), problem))
    return Document(data=data, found=found)


def _no_number(decoded: Any) -> Fault | None:
    """Return the fault of the first number that is not JSON, under a key that nobody reads."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), decoded)]
    while waiting:
        keys, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((*keys, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [((*keys, at), each) for at, each in enumerate(value)]
        elif isinstance(value, float) and (value != value or abs(value) == float("inf")):
            return Fault(path(*keys), "must be a finite number")
    return None


def _image_problem(href: str) -> str | None:
    """Return why a text is not the data URL of an image; None if it is one."""
    start = _IMAGE.match(href)
    if start is None:
        return "must be a data URL of a PNG, JPEG or WebP image"
    if len(href) > MAX_IMAGE_BYTES * 4 / 3:
        return f"must have at most {MAX_IMAGE_BYTES // 1024 // 1024} MiB"
    try:
        image = base64.b64decode(href[start.end() :], validate=True)
    except (binascii.Error, ValueError):
        return "must be in base64"
    try:
        require_image(image, kind=start.group(1).upper())
    except ImageRefused as refusal:
        return str(refusal)
    return None
