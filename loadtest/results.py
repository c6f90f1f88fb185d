"""A run as plain JSON, version 1: what `--json` writes and the HTML report shows.

Latencies are milliseconds, all other times seconds since the start.
"""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from loadtest.engine.hall import Hall, packed
from loadtest.engine.measures import Json, Measures
from loadtest.engine.viewer_pool import ViewerPool
from loadtest.target import TargetSite
from loadtest.verdict import Check

VERSION = 1
# Some 12 MB of JSON; browsers are slow with larger reports.
MOST_REPLAYED = 1_000_000


def result(
    *,
    scenario: str,
    command: str,
    started_at: datetime,
    seconds: float,
    site: TargetSite,
    parameters: Json,
    event: Json,
    interval: float,
    hall: Hall,
    pool: ViewerPool,
    measures: Measures,
    checks: Sequence[Check],
    too_late: int = 0,
) -> Json:
    """Return the result of a run."""
    calls = {name: found.summary() for name, found in measures.calls.items()}
    service = {name: found.summary() for name, found in measures.service.items()}
    return {
        "version": VERSION,
        "scenario": scenario,
        "command": command,
        "started_at": started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": round(seconds, 3),
        "site": {"url": site.url, "name": site.name},
        "machine": machine(),
        "parameters": parameters,
        "event": {**event, "seats": len(hall.ids), "x": hall.xs, "y": hall.ys},
        "interval": interval,
        "timeline": measures.timeline,
        "calls": calls,
        "service": service,
        "outcomes": dict(measures.outcomes),
        # Arrivals that were not served before the end.
        "too_late": too_late,
        "viewers": _viewers(pool, measures),
        "replay": _replay(pool, hall),
        "verdict": {
            "is_clean": all(check.is_ok for check in checks),
            "checks": [asdict(check) for check in checks],
        },
    }


def _viewers(pool: ViewerPool, measures: Measures) -> Json | None:
    if not pool.viewers and not pool.refused:
        return None
    return {
        "open": pool.open_count,
        "sampled": len(pool.sampled),
        "lost": pool.lost_count,
        "frames": pool.frames,
        "changes": pool.changes,
        "bytes": pool.bytes,
        "click_to_everyone": measures.everyone.summary(),
        "connect": measures.connects.summary(),
    }


def _replay(pool: ViewerPool, hall: Hall) -> Json | None:
    if not pool.viewers:
        return None
    return {
        "statuses": packed(hall.start),
        "changes": pool.replay[: 3 * MOST_REPLAYED],
    }


def machine() -> Json:
    """Return the hardware and software of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names: list[Any] = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return str(names[0]) if names else platform.machine()
