"""The scripts and styles that go into every page."""

import base64
import fcntl
import hashlib
import re
from pathlib import Path

from tools.node import ensure_node
from tools.steps import run_step

_HERE = Path(__file__).parent
_CHARTS = _HERE / "node_modules" / "uplot" / "dist"
_PAGE = _HERE / "page"
# Each imports only those before it.
_MODULES = (
    "varints",
    "replay",
    "seatMap",
    "units",
    "drawing",
    "charts",
    "pictures",
    "player",
    "page",
)


def ensure_assets() -> None:
    """Install the library that draws the charts beside this, at the first run.

    Raises: Problem when it cannot be had. A run asks for it before it begins, not when it is over.
    """
    # Concurrent installations would remove each other's files.
    with (_HERE / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (_HERE / "node_modules" / ".package-lock.json").is_file():
            return
        node = ensure_node()
        run_step(
            node.npm_command("ci", "--no-audit", "--no-fund"),
            what="Installing the charts of reports",
            cwd=_HERE,
            environment=node.environment(),
        )


def scripts() -> list[str]:
    """Return the scripts in order of execution: uPlot, then the page's modules."""
    return [(_CHARTS / "uPlot.iife.min.js").read_text(), _bundle()]


def styles() -> list[str]:
    return [(_CHARTS / "uPlot.min.css").read_text(), (_PAGE / "page.css").read_text()]


def content_hash(text: str) -> str:
    """Return the hash source of a text for a Content-Security-Policy."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _bundle() -> str:
    """Return the page's modules merged into one, since a file cannot import others."""
    return "\n".join(_enclosed((_PAGE / f"{name}.js").read_text()) for name in _MODULES)


def _enclosed(module: str) -> str:
    """Return a module's source in a function that returns its exports."""
    exports = re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", module, re.M)
    inner = re.sub(r"^export ", "", re.sub(r"^import [^;]+;\n", "", module, flags=re.M), flags=re.M)
    names = f"{{ {', '.join(exports)} }}"
    return f"const {names} = (() => {{\n{inner}return {names};\n}})();"
