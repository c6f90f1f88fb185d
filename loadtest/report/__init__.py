"""The report of a load test: its result as one HTML page.

The page is one file that works from a disk without a network: charts, data and scripts are in it.
It loads nothing, and nothing in a result can run: text is escaped, and the page's content security
policy allows only its own scripts and styles, each by its hash.
"""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from loadtest.report.assets import content_hash, ensure_assets, scripts, styles
from loadtest.report.encoding import encoded_changes, encoded_positions
from loadtest.report.sections import body

VERSION = 1

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
{styles}
</head>
<body>
<main>{body}</main>
<script type="application/json" id="drawings">{drawings}</script>
{scripts}
</body>
</html>
"""


def write(result: Mapping[str, Any], path: Path) -> None:
    """Write the page of a result.

    Raises: ValueError when the result has another version; Problem when the library for charts
    is not there and cannot be installed.
    """
    if result.get("version") != VERSION:
        raise ValueError(f"The result has version {result.get('version')}, not {VERSION}.")
    ensure_assets()
    path.write_text(page(result), encoding="utf-8")


def page(result: Mapping[str, Any]) -> str:
    """Return the page of a result. uPlot must be installed."""
    html, charts = body(result)
    verdict = "clean" if result["verdict"]["is_clean"] else "not clean"
    drawings = {
        "seconds": result["seconds"],
        "charts": [chart.drawing() for chart in charts],
        "replay": _replay(result),
    }
    return _PAGE.format(
        policy=_policy(),
        title=escape(f"{result['scenario']}, {verdict} · Seatcast load run"),
        styles="\n".join(f"<style>{text}</style>" for text in styles()),
        body=html,
        drawings=_harmless(json.dumps(drawings, separators=(",", ":"))),
        scripts="\n".join(
            f"<script{kind}>{text}</script>"
            for kind, text in zip(("", ' type="module"'), scripts(), strict=True)
        ),
    )


def _policy() -> str:
    own_scripts = " ".join(content_hash(text) for text in scripts())
    own_styles = " ".join(content_hash(text) for text in styles())
    return (
        f"default-src 'none'; script-src {own_scripts}; style-src {own_styles}; "
        "base-uri 'none'; form-action 'none'"
    )


def _harmless(json_text: str) -> str:
    """Escape JSON for a script element, so that no tag in it ends the element."""
    return json_text.replace("<", "\\u003c")


def _replay(result: Mapping[str, Any]) -> dict[str, Any] | None:
    replay, event = result.get("replay"), result.get("event")
    if not replay or not event:
        return None
    return {
        "seats": event["seats"],
        "positions": encoded_positions(event["x"], event["y"]),
        "statuses": replay["statuses"],
        "changes": encoded_changes(replay["changes"]),
    }
