"""Share metrics between worker processes, since any of them may be scraped.

Each writes its metrics to files of its own in a folder named after the parent process. Counters of
dead workers are kept, so that totals never decrease; gauges of dead workers are removed.
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
    """Share this process's metrics with the other workers of its parent.

    Call it before prometheus_client is imported, which decides then. Has no effect afterwards.
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
    """Return the folder of shared metrics, or None if metrics are not shared."""
    name = os.environ.get(_VARIABLE)
    return Path(name) if name else None


def live_worker_ids(folder: Path) -> list[int]:
    """Return the ids of the live workers, and remove the gauges of dead ones."""
    living: set[int] = set()
    for file in folder.iterdir():
        found = _FILE.fullmatch(file.name)
        if found is None:
            continue
        kind, number = found[1], int(found[2])
        if _is_alive(number):
            living.add(number)
        elif kind.startswith("gauge_live"):
            # Another worker may remove it at the same time.
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
