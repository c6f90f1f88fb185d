"""`python -m laboratory chaos`: see the package."""

import argparse
import json
import os
import random
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.address import serves
from deploy.environment import is_production
from deploy.production import production_trial_settings
from deploy.waiting import wait_until
from laboratory.chaos.faults import FaultInjector
from laboratory.chaos.sale import SETTLE_SECONDS, Sale, show
from loadtest.target import CROWD_SETTINGS
from tools.sites import RunningSite, running_site


def run(site: RunningSite, *, seconds: float, seed: int, buyers: int, viewers: int) -> Any:
    """Inject faults during a sale; return the counts, and the violations among them."""
    calm = threading.Event()
    injector = FaultInjector(site, random.Random(seed), calm)
    sale = Sale(site.address, injector.environment(), seed, buyers, viewers)
    with sale.going_on():
        happening = threading.Thread(target=injector.run, daemon=True)
        try:
            happening.start()
            _wait(seconds)
        finally:
            calm.set()
            happening.join()
            whole = injector.wait_until_whole()
    violations = [] if whole else ["not everything came back after it was killed"]
    if not wait_until(lambda: serves(site.address), seconds=SETTLE_SECONDS):
        violations.append("the site does not serve")
    violations += sale.violations()
    sale.over()
    counts = {"seed": seed, **sale.report, "faults": dict(injector.injected)}
    return {**counts, "violations": violations}


def main() -> int:
    """Run it; return the exit status: 0 when nothing was violated."""
    parser = argparse.ArgumentParser(prog="python -m laboratory chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180, help="of faults (%(default)s)")
    parser.add_argument("--seed", type=int, help="to have the same faults in the same order")
    parser.add_argument("--buyers", type=int, default=24)
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--json", type=Path, help="write the counts there")
    asked = parser.parse_args()
    seed = random.randrange(1_000_000) if asked.seed is None else asked.seed
    print(f"Seed {seed}, {asked.seconds:.0f} s of faults …", flush=True)
    production = production_trial_settings() if is_production(os.environ) else {}
    settings = {"SEATCAST_DEMO": "0", **CROWD_SETTINGS, **production}
    with running_site("deploy.stack", up=serves, settings=settings) as site:
        report = run(
            site, seconds=asked.seconds, seed=seed, buyers=asked.buyers, viewers=asked.viewers
        )
    show(report, "faults")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))
    return 1 if report["violations"] else 0


def _wait(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    with suppress(KeyboardInterrupt):
        while time.monotonic() < deadline:
            time.sleep(0.2)
