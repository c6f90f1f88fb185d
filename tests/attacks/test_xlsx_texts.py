"""Texts that XML forbids, or that look like Excel's escapes, come back from an XLSX file as sent.

Excel writes a character that XML forbids as `_xHHHH_`, and decodes each such part of a text.
"""

import io
import re
from collections.abc import Sequence
from xml.etree import ElementTree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from reservations.exports.formats import FORMATS
from reservations.exports.tables import Row

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_FORBIDDEN = "\x00\x01\x07\x0b\x1b\x1f\ufffe\uffff"

# Lone surrogates are in no database.
_CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(_FORBIDDEN + "\r\n\t<&")
_PARTS = st.sampled_from(["_", "x000D_", "_x000D_", "x005F_", "_x", "0041_", "_x0041_x0042_"])
TEXTS = st.lists(_CHARACTERS | _PARTS, min_size=1, max_size=8).map("".join)


@given(st.lists(TEXTS, min_size=1, max_size=5))
@example([f"a{each}b" for each in _FORBIDDEN])
@example(["_x000D_", "_x005F_x000D_", "_x0041_x0042_", "__x0041__x0042__", " _X0041_ ", "\r\n"])
def test_each_text_comes_back_from_a_spreadsheet(texts: list[str]) -> None:
    assert _read(_written([(text,) for text in texts])) == texts


def _written(rows: Sequence[Row]) -> bytes:
    return b"".join(FORMATS["xlsx"].write(["name"], [rows], ZoneInfo("UTC")))


def _read(book: bytes) -> list[str]:
    """Return the texts below the heading as Excel shows them."""
    with ZipFile(io.BytesIO(book)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    _, *rows = sheet.iter(f"{SHEET}row")
    return [_decoded("".join(each.text or "" for each in row.iter(f"{SHEET}t"))) for row in rows]


def _decoded(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
