"""Tasks that run once before servers start: migrations, static files, checks, demo data."""

import re
import signal
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from deploy.console import Problem
from deploy.environment import is_production
from deploy.paths import ROOT
from deploy.server import (
    MIGRATE_SETTINGS,
    check_arguments,
    collect_arguments,
    grant_arguments,
    migrate_arguments,
)
from deploy.stack_settings import without_owner_settings
from deploy.supervised import supervised

_STOP_SECONDS = 10.0


def run_release_tasks(
    environment: Mapping[str, str],
    *,
    release: Path = ROOT,
    demo: bool,
    log_file: Path,
    inherited_fds: Collection[int] = (),
) -> None:
    """Migrate, grant privileges, check, collect static files and load the demo data.

    The code of `release` does it. All of it is quick if there is nothing to do. Each task inherits
    the descriptors `inherited_fds`.
    Raises: Problem with the reason of the task that failed.
    """
    log_file.unlink(missing_ok=True)
    migrating = {**environment, **MIGRATE_SETTINGS}
    served = without_owner_settings(environment)
    steps = [
        (migrate_arguments(), migrating, release),
        (grant_arguments(), environment, release),
        *([(check_arguments(), environment, release)] if is_production(environment) else []),
        (collect_arguments(), served, release),
        *([(["manage.py", "load_demo"], served, release)] if demo else []),
    ]
    for arguments, settings, checkout in steps:
        run_task(
            arguments, settings, release=checkout, log_file=log_file, inherited_fds=inherited_fds
        )


def run_task(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    release: Path = ROOT,
    log_file: Path,
    inherited_fds: Collection[int] = (),
) -> str:
    """Run a Python command of a release; return the last line of its output.

    Raises: Problem with the reason if it fails.
    """
    with supervised(
        {
            "prepare": [],
            "command": [str(release / ".venv" / "bin" / "python"), *arguments],
            "folder": str(release),
            "environment": dict(environment),
            "user": None,
            "stop_signal": signal.SIGTERM,
            "stop_seconds": _STOP_SECONDS,
        },
        name=arguments[1],
        log_file=log_file,
        inherited_fds=inherited_fds,
    ) as step:
        status, printed = step.process.wait(), step.output()
        if status:
            reason = _reason_in(printed) or step.how_it_ended()
            raise Problem(f"`manage.py {step.name}` failed: {reason} ({log_file} has the details.)")
        return printed.rpartition("\n")[2]


def _reason_in(output: str) -> str:
    """Return the findings of `check`, the last line of a traceback, or the last line of all."""
    lines = output.splitlines() or [""]
    if found := [line for line in lines if re.match(r"\S+: \([\w.]+\) ", line)]:
        return " ".join(line.partition(": ")[2] for line in found)
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)]
    return [*lines, *named][-1].partition("Error: ")[2] or lines[-1]
