"""The demo halls as documents, for organisers who want to begin with one."""

from pathlib import Path

from reservations.demo.catalogue import STADIUM
from reservations.demo.stadium import stadium
from reservations.plans.writing import document_of

TEMPLATES = ("chamber_hall", "theatre", "stadium")

_HERE = Path(__file__).parent


def template(name: str) -> bytes:
    """Return the document of one of TEMPLATES."""
    if name == "stadium":
        return document_of(stadium(STADIUM))
    return (_HERE / f"{name}.json").read_bytes()
