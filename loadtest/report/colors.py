"""Colours of calls, processes and results, the same in all charts; names as in page.css."""

from collections.abc import Iterable

from loadtest.report.wording import CallResult, call_result

_COLORS = {
    "lock": "blue",
    "reserve": "green",
    "unlock": "violet",
    "pay": "amber",
    "cancel": "pink",
    "Daphne": "blue",
    "API": "violet",
    "PostgreSQL": "green",
    "Valkey": "pink",
    "proxy": "amber",
    "load": "slate",
    "housekeeping": "teal",
}
_MORE_COLORS = ("teal", "amber", "violet", "pink", "slate", "blue", "green")
_REFUSED = ("slate", "amber", "slate-soft", "pink", "amber-soft")
_FAILED = ("red", "red-soft")


def color_of(name: str, number: int | None = None) -> str:
    """Return the colour of a call or process; `number` spreads unknown ones."""
    place = sum(name.encode()) if number is None else number
    return _COLORS.get(name) or _MORE_COLORS[place % len(_MORE_COLORS)]


def outcome_colors(texts: Iterable[str]) -> dict[str, str]:
    """Return a colour for each result; granted calls have the call's colour."""
    colors: dict[str, str] = {}
    used = {"refused": 0, "failed": 0}
    palettes = {"refused": _REFUSED, "failed": _FAILED}
    for text in texts:
        of: CallResult = call_result(text)
        if of.kind == "granted":
            colors[text] = color_of(of.call)
            continue
        palette = palettes[of.kind]
        colors[text] = palette[used[of.kind] % len(palette)]
        used[of.kind] += 1
    return colors
