"""The charts of a result, as data for `page/charts.js`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from loadtest.report.colors import color_of, outcome_colors
from loadtest.report.wording import call_result, count, milliseconds, sentence_case

Style = Literal["line", "soft", "dots", "dashed", "area"]
Unit = Literal["ms", "per second", "seats", "%", "MB"]
Numbers = list[float | None]

_MOST_OUTCOMES = 8
# The smallest value on a logarithmic axis.
_LEAST_MS = 0.01


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a chart."""

    name: str
    color: str
    values: Numbers
    style: Style = "line"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart. `xs` are seconds, or for percentiles n where one call in n is slower."""

    id: str
    title: str
    summary: str
    unit: Unit
    xs: Sequence[float]
    series: Sequence[Series]
    note: str = ""
    kind: Literal["time", "stack", "percentiles"] = "time"
    is_log: bool = False

    def drawing(self) -> dict[str, Any]:
        """Return the data for the page's script."""
        return {
            "id": self.id,
            "title": self.title,
            "unit": self.unit,
            "kind": self.kind,
            "isLog": self.is_log,
            "xs": self.xs,
            "series": [vars(series) for series in self.series],
        }


def latency_charts(result: Mapping[str, Any]) -> list[Chart]:
    """Return a latency chart for each kind of call, in order of first use."""
    rows = _drawable(result)
    charts = []
    for number, call in enumerate(_names(row["calls"] for row in rows)):
        of_call = [row["calls"].get(call) for row in rows]
        charts.append(
            _quantiles(
                rows,
                of_call,
                id=f"latency-{number}",
                title=sentence_case(call),
                color=color_of(call),
            )
        )
    return charts


def percentile_chart(result: Mapping[str, Any]) -> Chart | None:
    """Return the latency percentiles of all calls, from due time and from sending."""
    curves = []
    for call, due in result["calls"].items():
        curves.append((call, "line", due))
        if sent := (result.get("service") or {}).get(call):
            curves.append((f"{call}, from sending", "dashed", sent))
    points = {name: _one_in(curve) for name, _, curve in curves}
    xs = sorted({x for curve in points.values() for x in curve})
    if len(xs) < 2:
        return None
    return Chart(
        id="percentiles",
        title="Latency by percentile",
        summary="; ".join(
            f"{name}: half within {milliseconds(curve.get('p50'))}, "
            f"99 % within {milliseconds(curve.get('p99'))}, "
            f"the last {milliseconds(curve.get('max'))}"
            for name, _, curve in curves
        ),
        note="Solid lines count from when a click was due, dashed ones from when it was sent.",
        unit="ms",
        kind="percentiles",
        is_log=True,
        xs=xs,
        series=[
            Series(
                name=name,
                color=color_of(name.partition(",")[0]),
                style="line" if style == "line" else "dashed",
                values=[points[name].get(x) for x in xs],
            )
            for name, style, _ in curves
        ],
    )


def throughput_chart(result: Mapping[str, Any]) -> Chart | None:
    """Return the rate of responses by result."""
    rows, lengths = _drawable(result), row_lengths(result)
    totals = result["outcomes"]
    if not rows or not totals:
        return None
    by_count = sorted(totals, key=lambda text: -totals[text])
    shown, others = by_count[:_MOST_OUTCOMES], by_count[_MOST_OUTCOMES:]
    colors = outcome_colors(shown)
    order = ("granted", "refused", "failed")
    series = [
        Series(
            name=text,
            color=colors[text],
            style="area",
            values=[
                row["outcomes"].get(text, 0) / length
                for row, length in zip(rows, lengths, strict=True)
            ],
        )
        for text in sorted(shown, key=lambda text: order.index(call_result(text).kind))
    ]
    if others:
        rest: Numbers = [
            sum(row["outcomes"].get(text, 0) for text in others) / length
            for row, length in zip(rows, lengths, strict=True)
        ]
        name = f"{len(others)} other outcomes"
        series.append(Series(name=name, color="slate-soft", style="area", values=rest))
    peak = max(
        sum(row["outcomes"].values()) / length for row, length in zip(rows, lengths, strict=True)
    )
    return Chart(
        id="throughput",
        title="Answers a second",
        summary=f"At most {count(peak)} calls a second; "
        + ", ".join(f"{count(totals[text])} {text}" for text in shown),
        unit="per second",
        kind="stack",
        xs=_times(rows),
        series=series,
    )


def seats_left_chart(result: Mapping[str, Any]) -> Chart | None:
    """Return the number of free seats over time, if there were viewers."""
    rows = _drawable(result)
    left = [row.get("seats_left") for row in rows]
    known = [number for number in left if number is not None]
    if not known:
        return None
    return Chart(
        id="seats-left",
        title="Seats left",
        summary=f"From {count(known[0])} to {count(known[-1])}",
        unit="seats",
        xs=_times(rows),
        series=[Series(name="free seats", color="blue", style="area", values=left)],
    )


def lag_chart(result: Mapping[str, Any]) -> Chart | None:
    """Return the delay from click to viewers over time."""
    rows = _drawable(result)
    lags = [row.get("viewers") for row in rows]
    if not any(lag and lag.get("p50") is not None for lag in lags):
        return None
    return _quantiles(rows, lags, id="lag", title="From the click to everyone", color="violet")


def server_charts(result: Mapping[str, Any]) -> list[Chart]:
    """Return CPU time and memory of the servers, if they were observed."""
    rows = _drawable(result)
    seen = [row.get("server") or {} for row in rows]
    figures: list[tuple[str, str, str, Unit, Callable[[float], str]]] = [
        ("cpu", "cpu", "Processor time", "%", lambda value: f"{value:.0f} %"),
        ("memory", "memory_mb", "Memory", "MB", lambda value: f"{value:,.0f} MB"),
    ]
    charts = []
    for id_, key, title, unit, caption in figures:
        names = _names(row.get(key) or {} for row in seen)
        lines = {name: [(row.get(key) or {}).get(name) for row in seen] for name in names}
        if not names:
            continue
        peaks = {
            name: max((number for number in numbers if number is not None), default=0)
            for name, numbers in lines.items()
        }
        charts.append(
            Chart(
                id=id_,
                title=title,
                summary="At most: " + ", ".join(f"{name} {caption(peaks[name])}" for name in names),
                note="100 % is one core." if unit == "%" else "",
                unit=unit,
                xs=_times(rows),
                series=[
                    Series(name=name, color=color_of(name, number), values=lines[name])
                    for number, name in enumerate(names)
                ],
            )
        )
    return charts


def row_lengths(result: Mapping[str, Any]) -> list[float]:
    """Return the length of each row of the timeline in seconds.

    A run rarely ends with a whole row, and what little happened in its last moments is no rate.
    """
    ends = [row["t"] for row in result["timeline"]]
    lengths = [after - before for before, after in pairwise([0.0, *ends])]
    if len(lengths) == 1 and lengths[0] > 0:
        return lengths
    interval = result["interval"] or 1
    return [length if length >= interval / 2 else interval for length in lengths]


def _drawable(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the timeline if it has more than one row, else None."""
    rows: Sequence[Mapping[str, Any]] = result["timeline"]
    return rows if len(rows) > 1 else []


def _quantiles(
    rows: Sequence[Mapping[str, Any]],
    figures: Sequence[Mapping[str, float] | None],
    *,
    id: str,
    title: str,
    color: str,
) -> Chart:
    lines: dict[str, Numbers] = {
        name: [None if figure is None else _loggable(figure.get(name)) for figure in figures]
        for name in ("p50", "p99", "max")
    }
    highest = {
        name: max((number for number in numbers if number is not None), default=None)
        for name, numbers in lines.items()
    }
    styles: dict[str, Style] = {"p50": "soft", "p99": "line", "max": "dots"}
    return Chart(
        id=id,
        title=title,
        summary=", ".join(f"{name} at most {milliseconds(highest[name])}" for name in lines),
        unit="ms",
        is_log=True,
        xs=_times(rows),
        series=[
            Series(
                name=name,
                color="slate" if name == "max" else color,
                style=styles[name],
                values=numbers,
            )
            for name, numbers in lines.items()
        ],
    )


def _one_in(curve: Mapping[str, Any]) -> dict[float, float | None]:
    """Return latencies by n where one call in n is slower, as far as there were n calls."""
    most = max(1, curve["count"])
    points: dict[float, float | None] = {}
    for percentile, ms in curve.get("percentiles") or []:
        one_in = most if percentile >= 100 else min(most, round(1 / (1 - percentile / 100), 6))
        points[one_in] = _loggable(ms)
    return points


def _loggable(ms: float | None) -> float | None:
    return None if ms is None else max(ms, _LEAST_MS)


def _times(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    return [row["t"] for row in rows]


def _names(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))
