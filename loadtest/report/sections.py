"""The page's text, top to bottom. A result may come from anywhere: all of it is escaped."""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import zip_longest
from typing import Any

from loadtest.report.charts import (
    Chart,
    lag_chart,
    latency_charts,
    percentile_chart,
    seats_left_chart,
    server_charts,
    throughput_chart,
)
from loadtest.report.outcomes import outcome
from loadtest.report.wording import count, counted, milliseconds, sentence_case, share

_MARKS = {True: ("✓", "held"), False: ("✕", "failed")}
_PERCENTILES = ("p50", "p90", "p95", "p99", "p999", "max", "mean")
_LOCKED, _RESERVED = 1, 2


def body(result: Mapping[str, Any]) -> tuple[str, list[Chart]]:
    """Return all that is above the scripts, and the charts that have a place in it."""
    latencies = latency_charts(result)
    percentiles = percentile_chart(result)
    throughput, left, lag = (
        chart(result) for chart in (throughput_chart, seats_left_chart, lag_chart)
    )
    server = server_charts(result)
    charts = [*latencies, percentiles, throughput, left, lag, *server]
    html = "".join(
        [
            _head(result),
            _figures(result),
            _section("Latency over time", latencies, note=_LATENCY_NOTE),
            _section("Percentiles", [percentiles], more=_percentiles_table(result)),
            _section("Throughput and seats", [throughput, left]),
            _section("Viewers", [lag], more=_viewers_facts(result)),
            _section("Server", server),
            _section("Outcomes", [], more=_outcomes_table(result)),
            _replay(result),
            _facts(result),
        ]
    )
    return html, [chart for chart in charts if chart]


_NAMES = {"cpu": "CPU", "memory_gb": "Memory, GB"}
_LATENCY_NOTE = (
    "From when each click was due, so that a server that falls behind cannot hide it. "
    "The scale is logarithmic."
)


def _head(result: Mapping[str, Any]) -> str:
    verdict = result["verdict"]
    checks = verdict["checks"]
    failed = [check for check in checks if not check["is_ok"]]
    checks_html = "".join(_check(check) for check in [*failed, *_held(checks)])
    word = "Clean" if verdict["is_clean"] else f"Not clean: {counted(len(failed), 'check')} failed"
    event, site = result.get("event") or {}, result.get("site") or {}
    about = " · ".join(
        text
        for text in (
            event.get("name") and f"{event['name']}, {counted(event['seats'], 'seat')}",
            site.get("name"),
            site.get("url"),
        )
        if text
    )
    return (
        "<header class='head'>"
        f"<p class='head__when'>Load run · {escape(_moment(result['started_at']))} · "
        f"{result['seconds']:.1f} s</p>"
        f"<h1>{escape(sentence_case(str(result['scenario'])))}</h1>"
        f"<p class='head__about'>{escape(about)}</p>"
        f"<section class='verdict verdict--{'clean' if verdict['is_clean'] else 'failed'}' "
        f"aria-labelledby='verdict'><h2 id='verdict'>{escape(word)}</h2>"
        f"<ul>{checks_html}</ul></section>"
        f"<pre class='command' tabindex='0'><code>{escape(str(result['command']))}</code></pre>"
        "</header>"
    )


def _held(checks: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [check for check in checks if check["is_ok"]]


def _check(check: Mapping[str, Any]) -> str:
    mark, word = _MARKS[bool(check["is_ok"])]
    return (
        f"<li class='check check--{word}'><span aria-hidden='true'>{mark}</span>"
        f"<div><strong>{escape(str(check['name']))}</strong>"
        f"<span class='hidden'> {word}.</span> "
        f"<span class='check__detail'>{escape(str(check.get('detail') or ''))}</span></div></li>"
    )


def _figures(result: Mapping[str, Any]) -> str:
    found = [
        _call_rate(result),
        _call_latency(result),
        _seats_sold(result),
        _viewers_lag(result),
        _double_sales(result),
    ]
    tiles = "".join(
        f"<div class='figure{state}'><dt>{escape(name)}</dt>"
        f"<dd><b>{escape(value)}</b> <span>{escape(more)}</span></dd></div>"
        for name, value, more, state in filter(None, found)
    )
    return f"<dl class='figures'>{tiles}</dl>" if tiles else ""


_Tile = tuple[str, str, str, str]


def _main_call(result: Mapping[str, Any]) -> str | None:
    calls = result["calls"]
    return "lock" if "lock" in calls else next(iter(calls), None)


def _call_rate(result: Mapping[str, Any]) -> _Tile | None:
    call, seconds, interval = _main_call(result), result["seconds"], result["interval"]
    rows = [row["calls"].get(call, {}).get("count", 0) for row in result["timeline"]]
    if not call or not rows or not seconds or not interval:
        return None
    mean = result["calls"][call]["count"] / seconds
    name = f"{sentence_case(call)}s a second, at peak"
    return (name, count(max(rows) / interval), f"{count(mean)} on average", "")


def _call_latency(result: Mapping[str, Any]) -> _Tile | None:
    if not (call := _main_call(result)):
        return None
    of_call = result["calls"][call]
    middle = f"half within {milliseconds(of_call['p50'])}"
    return (f"{sentence_case(call)}, 99 % within", milliseconds(of_call["p99"]), middle, "")


def _seats_sold(result: Mapping[str, Any]) -> _Tile | None:
    replay, event = result.get("replay"), result.get("event")
    if not replay or not event:
        return None
    before, after = first_and_last(result)
    sold, seats = after[_RESERVED] - before[_RESERVED], event["seats"]
    more = f"of {count(seats)}, and {count(after[_LOCKED])} locked at the end"
    return ("Seats sold", count(sold), more, "")


def _viewers_lag(result: Mapping[str, Any]) -> _Tile | None:
    if not (viewers := result.get("viewers")):
        return None
    if not (lag := viewers.get("click_to_everyone")):
        return ("Viewers", count(viewers["open"]), "watched", "")
    more = f"had 99 % of changes within {milliseconds(lag['p99'])}"
    return ("Viewers", count(viewers["open"]), more, "")


def _double_sales(result: Mapping[str, Any]) -> _Tile | None:
    """Tell of what a load run is for, as its check has found it."""
    for check in result["verdict"]["checks"]:
        if "sold twice" in check["name"].lower():
            detail = str(check.get("detail") or "")
            if check["is_ok"]:
                return ("Seats sold twice", "0", detail, " figure--clean")
            return ("Seats sold twice", "Some", detail, " figure--failed")
    return None


def first_and_last(result: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Return how many seats were in each status at the start of the replay, and at its end."""
    statuses = _statuses(result["replay"]["statuses"], seats=result["event"]["seats"])
    before = [statuses.count(code) for code in range(4)]
    flat = result["replay"]["changes"]
    for index, status in zip(flat[1::3], flat[2::3], strict=True):
        statuses[index] = status
    return before, [statuses.count(code) for code in range(4)]


def _statuses(packed: str, *, seats: int) -> bytearray:
    """Return one status a seat from base64 of two bits each, the first in the lowest bits."""
    codes = b64decode(packed)
    return bytearray(codes[index // 4] >> index % 4 * 2 & 3 for index in range(seats))


def _section(title: str, charts: Sequence[Chart | None], *, note: str = "", more: str = "") -> str:
    drawn = "".join(_chart(chart) for chart in charts if chart)
    if not drawn and not more:
        return ""
    note = f"<p class='note'>{escape(note)}</p>" if note else ""
    charts_html = f"<div class='charts'>{drawn}</div>" if drawn else ""
    return f"<section><h2>{escape(title)}</h2>{note}{charts_html}{more}</section>"


def _chart(chart: Chart) -> str:
    id_, title = escape(chart.id), escape(chart.title)
    note = f"<p class='note'>{escape(chart.note)}</p>" if chart.note else ""
    return (
        f"<figure class='chart' data-chart='{id_}' aria-labelledby='{id_}-title'>"
        f"<figcaption><h3 id='{id_}-title'>{title}</h3>"
        f"<button type='button' class='save' aria-label='Save picture: {title}'>Save picture"
        f"</button></figcaption>{note}"
        f"<div class='chart__canvas' role='img' aria-label='{title}. {escape(chart.summary)}.'>"
        "</div><ul class='legend'></ul></figure>"
    )


def _percentiles_table(result: Mapping[str, Any]) -> str:
    service = result.get("service") or {}
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for call, due in result["calls"].items():
        rows.append((call, due))
        if sent := service.get(call):
            rows.append((f"{call}, from sending", sent))
    return _latencies_table("Call", rows)


def _viewers_facts(result: Mapping[str, Any]) -> str:
    if not (viewers := result.get("viewers")):
        return ""
    rows = [
        (name, viewers[key])
        for name, key in (("click to everyone", "click_to_everyone"), ("connecting", "connect"))
        if viewers.get(key)
    ]
    facts = [f"{counted(viewers['open'], 'viewer')} open"]
    if viewers.get("sampled") is not None:
        facts.append(f"{count(viewers['sampled'])} read in full")
    for key, name in (("lost", "lost"), ("frames", "frames"), ("changes", "changes delivered")):
        if viewers.get(key) is not None:
            facts.append(f"{count(viewers[key])} {name}")
    if viewers.get("bytes"):
        facts.append(f"{viewers['bytes'] / 1e6:,.1f} MB")
    line = f"<p class='note'>{escape(' · '.join(facts))}</p>"
    return line + _latencies_table("Viewers", rows)


def _latencies_table(what: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    if not rows:
        return ""
    heads = ("count", "half", "90 %", "95 %", "99 %", "99.9 %", "slowest", "mean")
    lines = [
        [name, count(row["count"]), *(milliseconds(row.get(key)) for key in _PERCENTILES)]
        for name, row in rows
    ]
    return _table([what, *heads], lines)


def _outcomes_table(result: Mapping[str, Any]) -> str:
    totals = result["outcomes"]
    if not totals:
        return ""
    of_calls: dict[str, int] = {}
    for text, number in totals.items():
        of_calls[outcome(text).call] = of_calls.get(outcome(text).call, 0) + number
    by_count = sorted(totals, key=lambda text: -totals[text])
    lines = []
    for text in sorted(by_count, key=lambda text: list(of_calls).index(outcome(text).call)):
        of = outcome(text)
        answer = "no answer" if of.status == "none" else of.status
        lines.append(
            [
                of.call,
                of.kind,
                f"{answer} {of.code.replace('_', ' ')}".strip(),
                count(totals[text]),
                share(totals[text], of_calls[of.call]),
            ]
        )
    heads = ["Call", "Outcome", "Answer", "How many", "Of its calls"]
    return _table(heads, lines, words=3, marks=[line[1] for line in lines])


def _table(
    heads: Sequence[str],
    lines: Sequence[Sequence[str]],
    *,
    words: int = 1,
    marks: Sequence[str] = (),
) -> str:
    """Return a table whose first `words` columns are text, and the rest numbers.

    `marks` are classes of its rows.
    """
    kinds = ["" if place < words else " class='number'" for place in range(len(heads))]
    head = "".join(
        f"<th scope='col'{kind}>{escape(text)}</th>"
        for text, kind in zip(heads, kinds, strict=True)
    )
    body = ""
    for line, mark in zip_longest(lines, marks):
        first, *rest = line
        cells = "".join(
            f"<td{kind}>{escape(text)}</td>" for text, kind in zip(rest, kinds[1:], strict=True)
        )
        body += f"<tr class='{mark or ''}'><th scope='row'>{escape(first)}</th>{cells}</tr>"
    return (
        f"<div class='table' tabindex='0' role='group' aria-label='{escape(heads[0])}'>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _replay(result: Mapping[str, Any]) -> str:
    if not result.get("replay") or not result.get("event"):
        return ""
    changes = len(result["replay"]["changes"]) // 3
    title = "The seats, as it happened"
    return (
        f"<section><h2>{title}</h2><p class='note'>{counted(changes, 'change')}.</p>"
        f"<figure class='replay' aria-label='{title}'>"
        "<div class='replay__picture'>"
        "<canvas role='img' aria-label='The seat map at the moment that the slider is at; "
        "how many seats are free, locked and reserved is told below.'></canvas>"
        "<div class='replay__state'><output class='replay__clock'></output>"
        "<ul class='replay__counts'></ul></div></div>"
        "<div class='replay__controls'>"
        "<button type='button' class='play'>Play</button>"
        "<input type='range' min='0' value='0' aria-label='Moment of the run'>"
        "<label>Speed <select></select></label>"
        f"<button type='button' class='save' aria-label='Save picture: {title}'>Save picture"
        "</button></div></figure></section>"
    )


def _facts(result: Mapping[str, Any]) -> str:
    groups = [
        ("Machine", result.get("machine") or {}),
        ("Parameters", result.get("parameters") or {}),
        ("Versions", result.get("versions") or {}),
    ]
    lists = "".join(
        f"<div><h3>{name}</h3><dl class='facts'>"
        + "".join(
            f"<div><dt>{escape(_named(key))}</dt><dd>{escape(_shown(value))}</dd></div>"
            for key, value in facts.items()
        )
        + "</dl></div>"
        for name, facts in groups
        if facts
    )
    return f"<section><h2>How it was run</h2><div class='groups'>{lists}</div></section>"


def _named(key: str) -> str:
    return _NAMES.get(key) or sentence_case(key.replace("_", " "))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _moment(iso: str) -> str:
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{moment.day} {moment:%B %Y, %H:%M} {moment.tzname() or ''}".strip()
