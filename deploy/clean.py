"""Removing what can be made again. Data stays."""

import shutil

from deploy.paths import CLIENT, NODE_MODULES, REPORTS, ROOT, VENV

_CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis")


def main() -> None:
    """Remove packages, builds, reports and caches; leave SEATCAST_DATA_DIR alone."""
    for folder in (CLIENT, NODE_MODULES, REPORTS, VENV, *(ROOT / name for name in _CACHES)):
        shutil.rmtree(folder, ignore_errors=True)
    for cache in list(ROOT.rglob("__pycache__")):
        shutil.rmtree(cache, ignore_errors=True)
