"""Text in CSV files that people open with a spreadsheet. Pure.

Spreadsheets execute a cell that begins like a formula. CSV has no types, so a text that could be a
formula gets an apostrophe in front, as OWASP recommends: spreadsheets show it, and never execute
the cell.
"""

import re

# Signs that a formula begins with, and what some languages' spreadsheets take for one of them:
# every character that is normalised (NFKC) to a text that begins with one.
_SIGN = (
    r"[=+\-@\u207a\u207c\u208a\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b"
    r"\uff0b\uff0d\uff1d\uff20]"
)
# What a spreadsheet skips before a sign: white space, and quotes that enclose nothing. The
# apostrophe makes `restored` exact for texts that have one already.
_SKIPPED = r"(?:[^\S\t\r\n]|[\"'])*"
_FIRST = re.compile(rf"\A(?:{_SKIPPED}{_SIGN}|'*[\t\r\n])")
# Sheets that are set to a language with decimal commas separate cells by semicolons, others by tabs
# if told so, whatever is quoted.
_LATER = re.compile(rf"[;,\t\r\n](?={_SKIPPED}{_SIGN})")
_DISARMED_LATER = re.compile(rf"([;,\t\r\n])'(?={_SKIPPED}{_SIGN})")


def disarmed(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, or for cells of which one is."""
    later = _LATER.sub(r"\g<0>'", text)
    return f"'{later}" if _FIRST.match(text) else later


def restored(cell: str) -> str:
    """Return the text that `disarmed` returned `cell` for."""
    text = _DISARMED_LATER.sub(r"\1", cell)
    return text[1:] if cell.startswith("'") and _FIRST.match(cell[1:]) else text
