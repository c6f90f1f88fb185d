"""The tables of the page."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest
from statistics import fmean
from typing import Any

from loadtest.report.wording import UNKNOWN, call_result, count, counted, milliseconds, share, size

_PERCENTILES = ("p50", "p90", "p95", "p99", "p999", "max", "mean")


def percentiles_table(result: Mapping[str, Any]) -> str:
    """Return every call's latencies, from when it was due and from when it was sent."""
    service = result.get("service") or {}
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for call, due in result["calls"].items():
        rows.append((call, due))
        if sent := service.get(call):
            rows.append((f"{call}, from sending", sent))
    return _latencies_table("Call", rows)


def viewers_facts(result: Mapping[str, Any]) -> str:
    """Return the number of viewers, their frames and delays."""
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
        facts.append(size(viewers["bytes"]))
    line = f"<p class='note'>{escape(' · '.join(facts))}</p>"
    return line + _latencies_table("Viewer", rows)


def _latencies_table(what: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    if not rows:
        return ""
    heads = ("count", "half", "90 %", "95 %", "99 %", "99.9 %", "slowest", "mean")
    lines = [
        [name, count(row["count"]), *(milliseconds(row.get(key)) for key in _PERCENTILES)]
        for name, row in rows
    ]
    return _table([what, *heads], lines, name=f"Latency: {what.lower()}s")


def server_table(result: Mapping[str, Any]) -> str:
    """Return CPU time and memory of the servers, if they were observed."""
    seen = [row["server"] for row in result["timeline"] if row.get("server")]
    names = dict.fromkeys(name for row in seen for name in row["cpu"])
    if not names:
        return ""
    lines = []
    for name in names:
        cpu = [row["cpu"][name] for row in seen if name in row["cpu"]]
        memory = [row["memory_mb"][name] for row in seen if name in row["memory_mb"]]
        lines.append(
            [
                name,
                f"{max(cpu):,.0f} %",
                f"{fmean(cpu):,.0f} %",
                f"{max(memory):,.0f} MB" if memory else UNKNOWN,
            ]
        )
    heads = ["Processes", "Processor at peak", "on average", "Memory at most"]
    return _table(heads, lines, name="What the server needed")


def outcomes_table(result: Mapping[str, Any]) -> str:
    """Return the results of each kind of call, most frequent first."""
    totals = result["outcomes"]
    if not totals:
        return ""
    of_calls: dict[str, int] = {}
    for text, number in totals.items():
        of_calls[call_result(text).call] = of_calls.get(call_result(text).call, 0) + number
    by_count = sorted(totals, key=lambda text: -totals[text])
    lines = []
    for text in sorted(by_count, key=lambda text: list(of_calls).index(call_result(text).call)):
        of = call_result(text)
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
    heads = ["Call", "CallResult", "Answer", "How many", "Of its calls"]
    table = _table(heads, lines, name="Outcomes", words=3, marks=[line[1] for line in lines])
    if not (too_late := result.get("too_late")):
        return table
    who = "person" if too_late == 1 else "people"
    return (
        f"{table}<p class='note'>{count(too_late)} {who} had not had their turn when the time "
        "was up.</p>"
    )


def _table(
    heads: Sequence[str],
    lines: Sequence[Sequence[str]],
    *,
    name: str,
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
        f"<div class='table' tabindex='0' role='group' aria-label='{escape(name)}'>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
