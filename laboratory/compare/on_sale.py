"""The figure `on-sale`, measured by the load test `python -m loadtest on-sale`."""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.environment import clean_environment
from deploy.paths import ROOT
from laboratory.results import Numbers

COMMANDS_SHARE = "commands, of what 128 clients lock"
SEATS_SHARE = "seats changed, of what 128 clients lock"
_SECONDS = 20


def has_kit() -> bool:
    return importlib.util.find_spec("loadtest.scenarios") is not None


def on_sale(scale: float, *, locks_per_second: float | None) -> Numbers:
    """Have 128 people buy a stadium as fast as they can while 1,000 watch.

    Each lock, booking and letting go is a command, and may change several seats. Raises: OSError
    when the kit tells nothing.
    """
    with tempfile.TemporaryDirectory(prefix="seatcast-") as folder:
        results = Path(folder) / "on-sale.json"
        # A verdict that is not clean is a status, too.
        subprocess.run(
            [
                *(sys.executable, "-m", "loadtest", "on-sale", "--plain", "--json", str(results)),
                *("--seats", "50000", "--buyers", "128", "--think", "0"),
                *("--viewers", str(max(1, int(1_000 * scale)))),
                *("--seconds", str(max(2, int(_SECONDS * scale)))),
            ],
            env=clean_environment(),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,  # its errors are shown
            check=False,
        )
        found = json.loads(results.read_text(encoding="utf-8"))
    seconds = min(found["seconds"], max(2, int(_SECONDS * scale)))
    commands = sum(
        found["service"][call]["count"]
        for call in ("lock", "reserve", "unlock")
        if found["service"].get(call)
    )
    # Three numbers for each: when, which, and what it is now.
    changed = len(found["replay"]["changes"]) // 3
    numbers = {
        "commands/s": commands / seconds,
        "seats changed/s": changed / seconds,
        "p99 ms from click to everyone": found["viewers"]["click_to_everyone"]["p99"],
        "checks failed": sum(not check["is_ok"] for check in found["verdict"]["checks"]),
    }
    if locks_per_second:
        numbers[COMMANDS_SHARE] = numbers["commands/s"] / locks_per_second
        numbers[SEATS_SHARE] = numbers["seats changed/s"] / locks_per_second
    return numbers
