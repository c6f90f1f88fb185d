"""Draw a ticket as a PDF in the size of a wallet.

Runs in a child process (`slow_work.children`), without Django. Fonts are loaded only if a ticket
has their characters: the one for Chinese, Japanese and Korean has 16 MB.
"""

import io
import json
import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.fonts import TTFFont

_WIDTH, _HEIGHT, _MARGIN = 85.0, 170.0, 7.0
_QR = 54.0
# The height of a line in millimetres, for each point of its font.
_LINE = 0.5
MAX_SEATS = 100
"""How many seats are listed; beyond that their number is told."""
MAX_TEXT = 200
"""How many characters of a name are shown."""
MAX_PLACE = 80
"""How many characters of a seat are shown, with its ticket type."""

# It warns of each character that no font has.
logging.getLogger("fpdf").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)

_LATIN = "sans"
# Packages with their file, and a pattern of the characters for which they are loaded.
_FONTS = {
    "arabic": (
        "justmytype_intl_rtl",
        "fonts/ofl/notosansarabic/NotoSansArabic[wdth,wght].ttf",
        re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]"),
    ),
    "hebrew": (
        "justmytype_intl_rtl",
        "fonts/ofl/notosanshebrew/NotoSansHebrew[wdth,wght].ttf",
        re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]"),
    ),
    "thai": (
        "fontpkg_noto_sans_thai",
        "files/NotoSansThai[wdth,wght].ttf",
        re.compile("[\u0e00-\u0e7f]"),
    ),
    "devanagari": (
        "fontpkg_noto_sans_devanagari",
        "files/NotoSansDevanagari[wdth,wght].ttf",
        re.compile("[\u0900-\u097f\ua8e0-\ua8ff]"),
    ),
    "cjk": (
        "cvttf_NotoSansCJK_Regular",
        "NotoSansCJKtc-Regular.otf",
        re.compile(
            "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0002fa1f]"
        ),
    ),
}

_WORDS = {
    "en": {"for": "For", "seats": "Seats", "more": "and {count} more", "ticket": "Ticket"},
    "de": {"for": "Für", "seats": "Plätze", "more": "und {count} weitere", "ticket": "Ticket"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a ticket shows. `qr` is the text of its QR code; `seats` have place and ticket type."""

    language: str
    event: str
    venue: str
    address: str
    time: str
    name: str
    seats: Sequence[tuple[str, str]]
    qr: str
    code: str


def drawn_file(content: bytes) -> bytes:
    """Return a Ticket, given as JSON, as PDF."""
    return drawn(Ticket(**json.loads(content)))


def drawn(ticket: Ticket) -> bytes:
    """Return a ticket as PDF, in English if there is no such language."""
    known = ticket.language if ticket.language in _WORDS else "en"
    words = _WORDS[known]
    lines = [f"{place} · {kind}" if kind else place for place, kind in ticket.seats[:MAX_SEATS]]
    if len(ticket.seats) > MAX_SEATS:
        lines.append(words["more"].format(count=len(ticket.seats) - MAX_SEATS))
    event, venue, name, code = map(_shown, (ticket.event, ticket.venue, ticket.name, ticket.code))
    address = _shown(ticket.address)
    seats = [_shown(line, most=MAX_PLACE) for line in lines]
    pdf = FPDF(format=(_WIDTH, _HEIGHT))
    pdf.set_title(f"{words['ticket']}: {event}")
    pdf.set_lang(known)
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(True, _MARGIN)
    _add_fonts(pdf, "".join((event, venue, address, name, *seats)))
    pdf.add_page()
    _line(pdf, event, size=15)
    pdf.ln(1)
    _line(pdf, ticket.time, size=9.5)
    _line(pdf, venue, size=9.5)
    if address:
        _line(pdf, address, size=9.5)
    pdf.ln(1)
    image = io.BytesIO()
    segno.make_qr(ticket.qr, error="m").save(image, kind="png", scale=6, border=4)
    pdf.image(image, x=(_WIDTH - _QR) / 2, w=_QR, alt_text=code)
    _line(pdf, code, size=8, align="C")
    pdf.ln(2)
    if name:
        _line(pdf, words["for"], size=8)
        _line(pdf, name, size=12)
        pdf.ln(2)
    _line(pdf, words["seats"], size=8)
    for line in seats:
        _line(pdf, line, size=11)
    content = bytes(pdf.output())
    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.close()
    return content


def _line(pdf: FPDF, text: str, *, size: float, align: str = "L") -> None:
    pdf.set_font_size(size)
    pdf.multi_cell(0, h=size * _LINE, text=text, align=align, new_x="LMARGIN", new_y="NEXT")


def _add_fonts(pdf: FPDF, text: str) -> None:
    pdf.add_font(_LATIN, fname=_path("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"))
    needed = [name for name, (_, _, letters) in _FONTS.items() if letters.search(text)]
    for name in needed:
        package, file, _ = _FONTS[name]
        # This file is the thinnest unless told otherwise; the others take a second for that.
        axes = {"wght": 400.0} if name == "hebrew" else None
        pdf.add_font(name, fname=_path(package, file), variations=axes)
    pdf.set_font(_LATIN)
    pdf.set_fallback_fonts(needed)
    pdf.set_text_shaping(True)


@cache
def _path(package: str, file: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(package)
    return Path(found.origin).parent / file


def _shown(text: str, *, most: int = MAX_TEXT) -> str:
    """Return a text on one line, without characters that are invisible or for private use."""
    kept = "".join(
        each if unicodedata.category(each)[0] != "C" or each in "\u200c\u200d" else " "
        for each in text
    )
    words = " ".join(kept.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
