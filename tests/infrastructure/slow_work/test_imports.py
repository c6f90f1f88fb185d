"""Slow libraries, and libraries that call foreign servers, are imported where the rule is kept."""

import ast
from collections.abc import Iterator
from pathlib import Path

from deploy.paths import ROOT

APPS = (
    *("accounts", "config", "doors", "organisations", "realtime", "reservations"),
    *("infrastructure", "webhooks"),
)
SLOW = {
    *("PIL", "fpdf", "fontTools", "xlsxwriter"),
    *("stripe", "requests", "httpcore", "httpx", "urllib3", "smtplib", "http.client"),
    *("urllib.request", "ftplib", "imaplib", "subprocess", "multiprocessing"),
}
IN_CHILD = {"reservations/tickets/ticket_pdf.py", "reservations/organising/picture_files.py"}
"""Run in child processes only: they know no database."""
ON_EVENT_LOOP = {"webhooks/sender.py", "webhooks/addresses.py"}
"""Coroutines, where Django refuses each query (SynchronousOnlyOperation)."""
NAMES_ONLY = {
    "reservations/plans/images.py": {"PIL"},
}
"""Pillow for the header of an image: nothing is decoded."""
RULE = "infrastructure.slow_work"


def test_whoever_imports_a_slow_library_keeps_the_rule() -> None:
    broken = {
        f"{path.relative_to(ROOT)} imports {', '.join(sorted(slow))} without {RULE}"
        for path in _modules()
        if (slow := _slow(path)) and not _keeps_the_rule(path, slow)
    }
    assert not broken


def test_what_runs_in_child_processes_knows_no_database() -> None:
    for name in IN_CHILD:
        roots = {each.partition(".")[0] for each in _imports(ROOT / name)}
        assert not roots & {"django", "accounts", "config"}, name


def test_only_the_drawing_of_child_processes_imports_them() -> None:
    modules = {name.removesuffix(".py").replace("/", ".") for name in IN_CHILD}
    importers = {
        str(path.relative_to(ROOT))
        for path in _modules()
        if modules & _imports(path) and str(path.relative_to(ROOT)) not in IN_CHILD
    }
    # For the form of its answers.
    assert importers == {"reservations/organising/pictures.py"}


def _keeps_the_rule(path: Path, slow: set[str]) -> bool:
    name = str(path.relative_to(ROOT))
    return (
        name in IN_CHILD | ON_EVENT_LOOP
        or slow <= NAMES_ONLY.get(name, set())
        or any(f"{each}.".startswith(f"{RULE}.") for each in _imports(path))
    )


def _slow(path: Path) -> set[str]:
    imports = _imports(path)
    return {slow for slow in SLOW if any(f"{each}.".startswith(f"{slow}.") for each in imports)}


def _modules() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def _imports(path: Path) -> set[str]:
    """Return the names that a module imports, also within functions, with those of their parts."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found
