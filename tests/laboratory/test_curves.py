"""Plots and tables of the curves."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from laboratory.curves.figures import FIGURES
from laboratory.curves.plots import picture, plot, section
from laboratory.results import put_between

FLAT = {100: 0.8, 1_000: 0.8, 10_000: 0.8, 100_000: 0.8}
IN_PROPORTION = {100: 1.0, 1_000: 10.0, 10_000: 100.0, 100_000: 1_000.0}
SVG = "{http://www.w3.org/2000/svg}"


def _plot(**curves: dict[int, float]) -> ElementTree.Element:
    drawn = plot(title="A <title>", axis="seats", unit="ms", curves=curves)
    return ElementTree.fromstring(drawn)


def _points(drawn: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(it.attrib["cx"]), float(it.attrib["cy"])) for it in drawn.iter(f"{SVG}circle")]


def _texts(drawn: ElementTree.Element) -> list[str]:
    return [it.text or "" for it in drawn.iter(f"{SVG}text")]


def test_decades_have_equal_width() -> None:
    across = [x for x, _ in _points(_plot(flat=FLAT))]
    steps = {round(after - before) for before, after in pairwise(across)}
    assert len(steps) == 1


def test_constant_costs_are_a_level_line() -> None:
    assert len({y for _, y in _points(_plot(flat=FLAT))}) == 1


def test_proportional_costs_are_a_diagonal_line() -> None:
    points = _points(_plot(grows=IN_PROPORTION))
    assert (points[0], points[-1]) == ((76.0, 304.0), (616.0, 58.0))


def test_points_are_drawn_in_order_of_size() -> None:
    backwards = dict(reversed(IN_PROPORTION.items()))
    assert _points(_plot(grows=backwards)) == _points(_plot(grows=IN_PROPORTION))


def test_axes_curves_and_points_have_labels() -> None:
    texts = _texts(_plot(flat=FLAT, grows=IN_PROPORTION))
    assert {"seats", "ms", "flat", "grows", "0.1", "100,000", "0.8", "1,000"} <= set(texts)


def test_a_plot_uses_the_readers_color_scheme() -> None:
    drawn = plot(title="", axis="", unit="", curves={"flat": FLAT})
    style = drawn[drawn.index("<style>") : drawn.index("</style>")]
    assert "prefers-color-scheme:dark" in style
    assert not re.search(r"#[0-9a-f]{6}", drawn.replace(style, ""))
    assert set(re.findall(r"(?:stroke|fill):(\w+)", style)) == {"currentColor", "none"}


def test_zero_cannot_be_plotted() -> None:
    with pytest.raises(ValueError, match="math domain"):
        plot(title="", axis="", unit="", curves={"free": {100: 0.0, 1_000: 1.0}})


def test_a_section_has_its_plot_and_a_column_for_each_size() -> None:
    points = {
        5_000: {"MiB in all": 190.4, "KiB for each viewer after the first": 21.2},
        10: {"MiB in all": 85.3, "KiB for each viewer after the first": 19.96},
    }
    markdown = section(FIGURES["memory"], points, picture="curves/memory.svg")
    assert markdown.splitlines() == [
        "### A socket server's memory, by those who watch",
        "",
        "![A socket server's memory, by those who watch](curves/memory.svg)",
        "",
        "| viewers                             |   10 | 5,000 |",
        "|-------------------------------------|-----:|------:|",
        "| MiB in all                          | 85.3 |   190 |",
        "| KiB for each viewer after the first |   20 |  21.2 |",
    ]
    assert "190" in _texts(ElementTree.fromstring(picture(FIGURES["memory"], points)))


def test_the_document_has_markers() -> None:
    from laboratory.curves.command import DOCUMENT

    assert "new" in put_between(DOCUMENT.read_text(encoding="utf-8"), "new", by="curves")
