"""What spreadsheets find in a CSV file, whichever character they separate cells by."""

import csv
import io
import re
import unicodedata

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SIGNS = ("=", "+", "-", "@")


def formulas_in(text: str) -> list[str]:
    """Return the cells that a spreadsheet could take for formulas."""
    return [
        cell
        for separator in (",", ";", "\t")
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
        for cell in row
        if is_formula(cell)
    ]


def is_formula(cell: str) -> bool:
    begins = unicodedata.normalize("NFKC", cell).lstrip().startswith(_SIGNS)
    return begins and not _NUMBER.fullmatch(cell)
