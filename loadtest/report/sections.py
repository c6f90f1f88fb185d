"""The body of the page. All text is escaped, since a result may come from anywhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
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
from loadtest.report.figures import figures
from loadtest.report.tables import outcomes_table, percentiles_table, server_table, viewers_facts
from loadtest.report.wording import counted, sentence_case

_MARKS = {True: ("✓", "held"), False: ("✕", "failed")}
_NAMES = {"cpu": "CPU", "memory_gb": "Memory, GB"}
_LATENCY_NOTE = (
    "From when each click was due, so that a server that falls behind cannot hide it. "
    "The scale is logarithmic."
)


def body(result: Mapping[str, Any]) -> tuple[str, list[Chart]]:
    """Return the HTML of the body, and the charts in it."""
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
            figures(result),
            _section("Latency over time", latencies, note=_LATENCY_NOTE),
            _section("Percentiles", [percentiles], more=percentiles_table(result)),
            _section("Throughput and seats", [throughput, left]),
            _section("Viewers", [lag], more=viewers_facts(result)),
            _section("Server", server, more=server_table(result)),
            _section("Outcomes", [], more=outcomes_table(result)),
            _replay(result),
            _facts(result),
        ]
    )
    return html, [chart for chart in charts if chart]


def _head(result: Mapping[str, Any]) -> str:
    verdict = result["verdict"]
    checks = verdict["checks"]
    failed = [check for check in checks if not check["is_ok"]]
    held = [check for check in checks if check["is_ok"]]
    checks_html = "".join(_check(check) for check in [*failed, *held])
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


def _check(check: Mapping[str, Any]) -> str:
    mark, word = _MARKS[bool(check["is_ok"])]
    return (
        f"<li class='check check--{word}'><span aria-hidden='true'>{mark}</span>"
        f"<div><strong>{escape(str(check['name']))}</strong>"
        f"<span class='hidden'> {word}.</span> "
        f"<span class='check__detail'>{escape(str(check.get('detail') or ''))}</span></div></li>"
    )


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
