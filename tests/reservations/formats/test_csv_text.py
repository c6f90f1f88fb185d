"""Texts that are disarmed for spreadsheets, and restored."""

import csv
import io
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservations.formats.csv_text import disarmed, restored
from tests.spreadsheets import formulas_in

pytestmark = pytest.mark.any_database

_texts = st.text(st.sampled_from("=+-@;,\t\r\n \v\"'x1\uff1d\u207a"), max_size=8) | st.text(
    max_size=5
)


@given(
    st.lists(_texts, min_size=2, max_size=4), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
)
def test_no_sheet_has_a_formula_and_all_texts_are_restored(
    texts: list[str], quoting: Literal[0, 1]
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=quoting)
    writer.writerow([disarmed(text) for text in texts])
    written = file.getvalue()
    assert formulas_in(written) == []
    [cells] = csv.reader(io.StringIO(written, newline=""))
    assert [restored(cell) for cell in cells] == texts


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        (' "=1+1', "' \"=1+1"),
        ("\ttext", "'\ttext"),
        ("x;=1+1", "x;'=1+1"),
        ("x, -1", "x,' -1"),
        ("x\t@a\n+1", "x\t'@a\n'+1"),
        # An empty pair of quotes is nothing where cells are separated by semicolons.
        ('x;"=1+1;"', 'x;\'"=1+1;"'),
        ("Row 1; seat 2, 1=1 'a'", "Row 1; seat 2, 1=1 'a'"),
    ],
)
def test_an_apostrophe_is_where_a_formula_could_begin(text: str, cell: str) -> None:
    assert (disarmed(text), restored(cell)) == (cell, text)


def test_whatever_is_normalised_to_a_sign_counts_as_one() -> None:
    signs = [
        sign
        for sign in map(chr, range(0x30000))
        if unicodedata.normalize("NFKC", sign).startswith(("=", "+", "-", "@"))
    ]
    assert len(signs) > 4
    assert [disarmed(sign) for sign in signs] == [f"'{sign}" for sign in signs]
