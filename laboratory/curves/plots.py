"""A plot as SVG: both axes logarithmic, so that what is flat looks flat and what grows in
proportion rises by a decade a decade.

It takes the reader's colour scheme also as an `<img>`, which inherits no colour from its page.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape

from laboratory.curves.figures import Figure
from laboratory.results import Numbers, short, table

Points = Mapping[int, Numbers]

WIDTH, HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 616, 58, 304
# Lines are told apart by their dashes: colours are not for everybody, nor for every printer.
_DASHES = ("none", "7 4", "2 4")
_STYLE = (
    "svg{color:#1f2328;font:13px system-ui,sans-serif}"
    "@media (prefers-color-scheme:dark){svg{color:#e6edf3}}"
    "text{fill:currentColor}.grid{stroke:currentColor;opacity:.18}"
    ".line{fill:none;stroke:currentColor;stroke-width:2}.point{fill:currentColor}"
)

Curve = Mapping[int, float]


def section(figure: Figure, points: Points, *, picture: str) -> str:
    """Return a figure's part of the page: its plot, and a table with a column for each size."""
    sizes = sorted(points)
    names = list(points[sizes[0]])
    rows = [[name, *(short(points[size][name]) for size in sizes)] for name in names]
    markdown = table([figure.axis, *(f"{size:,}" for size in sizes)], rows)
    return f"### {figure.title}\n\n![{figure.title}]({picture})\n\n{markdown}"


def picture(figure: Figure, points: Points) -> str:
    """Return a figure's plot as SVG."""
    return plot(
        title=figure.title,
        axis=figure.axis,
        unit=figure.unit,
        curves={
            name: {size: numbers[name] for size, numbers in points.items()} for name in figure.drawn
        },
    )


def plot(*, title: str, axis: str, unit: str, curves: Mapping[str, Curve]) -> str:
    """Return a plot of curves by their names. Raises: ValueError for what has no logarithm."""
    across = _Scale([size for curve in curves.values() for size in curve], _LEFT, _RIGHT)
    up = _Scale([value for curve in curves.values() for value in curve.values()], _BOTTOM, _TOP)
    middle = (_LEFT + _RIGHT) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        *(_vertical(across.at(tick), tick) for tick in across.ticks),
        *(_horizontal(up.at(tick), tick) for tick in up.ticks),
        _text(middle, HEIGHT - 14, axis, anchor="middle"),
        _text(_LEFT, _TOP - 38, unit),
    ]
    for place, (name, curve) in enumerate(curves.items()):
        dash = _DASHES[place % len(_DASHES)]
        points = [(across.at(size), up.at(value), value) for size, value in sorted(curve.items())]
        parts += [_line(points, dash), *_key(place, name, dash)]
        # Above the points of the first curve and below those of others, where two come close.
        offset = -9 if place == 0 else 19
        for x, y, value in points:
            parts.append(f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
            parts.append(_text(x, y + offset, short(value), anchor=_anchor(x)))
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Scale:
    """Where values lie between two ends of an axis, which has whole decades."""

    def __init__(self, values: Sequence[float], first: float, last: float) -> None:
        self._least = math.floor(math.log10(min(values)))
        # One decade at least, and none that only the last value's rounding would need.
        self._most = max(self._least + 1, math.ceil(math.log10(max(values)) - 1e-9))
        self._first, self._last = first, last

    @property
    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self._least, self._most + 1)]

    def at(self, value: float) -> float:
        share = (math.log10(value) - self._least) / (self._most - self._least)
        return self._first + share * (self._last - self._first)


def _vertical(x: float, tick: float) -> str:
    line = f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_BOTTOM}"/>'
    return line + _text(x, _BOTTOM + 20, _tick(tick), anchor="middle")


def _horizontal(y: float, tick: float) -> str:
    line = f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + _text(_LEFT - 8, y + 4, _tick(tick), anchor="end")


def _line(points: Sequence[tuple[float, float, float]], dash: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    return f'<polyline class="line" stroke-dasharray="{dash}" points="{places}"/>'


def _key(place: int, name: str, dash: str) -> list[str]:
    x, y = _LEFT + 270 * place, _TOP - 22
    sample = [(x, y, 0.0), (x + 28, y, 0.0)]
    return [_line(sample, dash), _text(x + 36, y + 4, name)]


def _anchor(x: float) -> str:
    if x < _LEFT + 20:
        # Not over the axis, which has numbers of its own.
        return "start"
    return "end" if x > _RIGHT - 20 else "middle"


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _tick(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
