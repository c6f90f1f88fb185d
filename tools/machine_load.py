"""What else the machine did during a run, which says why the run was slow."""

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_IDLE, _IO_WAIT = 3, 4
"""The columns of /proc/stat in which no process runs."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Seconds by the monotonic clock, the load, and processor seconds used until then.

    `used` is that of all processes, None where the system does not tell; `used_here` is that of
    this process and of those that it has waited for.
    """

    at: float
    load: float
    used: float | None
    used_here: float


def moment() -> Moment:
    """Return the present moment."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return Moment(
        at=time.monotonic(),
        load=os.getloadavg()[0],
        used=_used_by_all(),
        used_here=sum(each.ru_utime + each.ru_stime for each in (own, children)),
    )


def found_load(start: Moment, end: Moment, *, cores: int) -> str:
    """Return a sentence on the load between two moments."""
    text = f"{cores} cores; load {start.load:.1f} at the start, {end.load:.1f} at the end"
    if start.used is None or end.used is None:
        return text
    others = (end.used - start.used) - (end.used_here - start.used_here)
    share = max(0.0, others) / max(end.at - start.at, 0.001)
    return f"{text}; other processes used {share:.1f} cores"


def _used_by_all() -> float | None:
    try:
        first = Path("/proc/stat").read_text().splitlines()[0]
    except OSError:
        return None
    # The guests in the last columns are counted as users, too.
    ticks = [int(each) for each in first.split()[1:9]]
    return (sum(ticks) - ticks[_IDLE] - ticks[_IO_WAIT]) / _TICKS_A_SECOND
