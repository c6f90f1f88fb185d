"""The key figures at the top of a report."""

from base64 import b64decode
from collections.abc import Mapping
from html import escape
from typing import Any

from loadtest.report.charts import row_lengths
from loadtest.report.wording import count, milliseconds, sentence_case

_LOCKED, _RESERVED = 1, 2
_STATUSES = range(4)

# Label, number, explanation, CSS class.
_Figure = tuple[str, str, str, str]


def figures(result: Mapping[str, Any]) -> str:
    """Return the key figures that the result has."""
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


def _main_call(result: Mapping[str, Any]) -> str | None:
    """Return the main call of the scenario."""
    calls = result["calls"]
    return "lock" if "lock" in calls else next(iter(calls), None)


def _call_rate(result: Mapping[str, Any]) -> _Figure | None:
    call, seconds = _main_call(result), result["seconds"]
    if not call or not result["timeline"] or not seconds:
        return None
    rates = [
        _done(row["outcomes"], call) / length
        for row, length in zip(result["timeline"], row_lengths(result), strict=True)
    ]
    done, answered = _done(result["outcomes"], call), result["calls"][call]["count"]
    refused = count((answered - done) / seconds)
    more = f"{count(done / seconds)} on average, beside {refused} that were refused"
    return (f"{sentence_case(call)}s a second, at peak", count(max(rates)), more, "")


def _done(outcomes: Mapping[str, int], call: str) -> int:
    """Return the number of successful calls."""
    return sum(times for name, times in outcomes.items() if name.startswith(f"{call} 2"))


def _call_latency(result: Mapping[str, Any]) -> _Figure | None:
    if not (call := _main_call(result)):
        return None
    of_call = result["calls"][call]
    middle = f"half within {milliseconds(of_call['p50'])}"
    return (f"{sentence_case(call)}, 99 % within", milliseconds(of_call["p99"]), middle, "")


def _seats_sold(result: Mapping[str, Any]) -> _Figure | None:
    replay, event = result.get("replay"), result.get("event")
    if not replay or not event:
        return None
    before, after = _first_and_last(result)
    sold, seats = after[_RESERVED] - before[_RESERVED], event["seats"]
    more = f"of {count(seats)}, and {count(after[_LOCKED])} locked at the end"
    return ("Seats sold", count(sold), more, "")


def _viewers_lag(result: Mapping[str, Any]) -> _Figure | None:
    if not (viewers := result.get("viewers")):
        return None
    if not (lag := viewers.get("click_to_everyone")):
        return ("Viewers", count(viewers["open"]), "watched", "")
    more = f"had 99 % of changes within {milliseconds(lag['p99'])}"
    return ("Viewers", count(viewers["open"]), more, "")


def _double_sales(result: Mapping[str, Any]) -> _Figure | None:
    """Return the figure of the main check of the scenario."""
    for check in result["verdict"]["checks"]:
        if "sold twice" in check["name"].lower():
            detail = str(check.get("detail") or "")
            if check["is_ok"]:
                return ("Seats sold twice", "0", detail, " figure--clean")
            return ("Seats sold twice", "Some", detail, " figure--failed")
    return None


def _first_and_last(result: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Return the number of seats by status at the start and at the end of the replay."""
    statuses = _statuses(result["replay"]["statuses"], seats=result["event"]["seats"])
    before = [statuses.count(code) for code in _STATUSES]
    flat = result["replay"]["changes"]
    for index, status in zip(flat[1::3], flat[2::3], strict=True):
        statuses[index] = status
    return before, [statuses.count(code) for code in _STATUSES]


def _statuses(packed: str, *, seats: int) -> bytearray:
    """Decode statuses from base64 of two bits each, lowest bits first."""
    codes = b64decode(packed)
    return bytearray(codes[index // 4] >> index % 4 * 2 & 3 for index in range(seats))
