"""Worker processes that count together, because whoever asks reaches any one of them.

Each writes what it counts into files of its own, in a folder that is named for the process that
started them all. What one has counted outlives it, so that no total ever goes down; what was true
of it while it lived is forgotten when it is gone.
"""

import os
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from django.conf import settings

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_FILE = re.compile(r"^(\w+)_(\d+)\.db")


def enable_multiprocess_metrics() -> None:
    """Have this process count together with the others of its parent.

    To be called before anything counts: the library decides when it is imported. If it is already,
    this process counts alone.
    """
    if "prometheus_client" in sys.modules:
        return
    folder = settings.DATA_DIR / "counts" / str(os.getppid())
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.parent.iterdir():
        if not _is_alive(int(other.name)):
            shutil.rmtree(other, ignore_errors=True)
    os.environ[_VARIABLE] = str(folder)


def multiprocess_folder() -> Path | None:
    """Return where this process and its siblings count; None if it counts alone."""
    name = os.environ.get(_VARIABLE)
    return Path(name) if name else None


def live_worker_ids(folder: Path) -> list[int]:
    """Return the ids of the processes that count there, and forget what was true of dead ones."""
    living: set[int] = set()
    for file in folder.iterdir():
        found = _FILE.fullmatch(file.name)
        if found is None:
            continue
        kind, number = found[1], int(found[2])
        if _is_alive(number):
            living.add(number)
        elif kind.startswith("gauge_live"):
            # Another worker may be at it too.
            with suppress(FileNotFoundError):
                file.unlink()
    return sorted(living)


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
