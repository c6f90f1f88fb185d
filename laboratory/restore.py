"""`python -m laboratory restore`: take a backup during a sale, and restore it.

The stack is stopped some time after the backup, restored and started again, with viewers connected
all the time. Bookings from before the backup must exist, the ledger must be consistent, and viewers
must see what the database has.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.address import Address, serves
from deploy.control_socket import connected
from deploy.environment import clean_environment
from deploy.paths import ROOT, VENV_PYTHON
from deploy.ports import free_port
from deploy.supervised import supervised
from deploy.waiting import wait_until
from laboratory.chaos.history import acknowledged, operations
from laboratory.chaos.sale import SETTLE_SECONDS, Sale, manage

_STOP_SECONDS = 60.0


@contextmanager
def _stack(address: Address, data_dir: Path) -> Iterator[dict[str, str]]:
    """Run the stack for the length of the context; yield the settings of its servers."""
    settings = clean_environment(
        HOST=address.host,
        PORT=str(address.port),
        SEATCAST_DATA_DIR=str(data_dir),
        SEATCAST_DEMO="0",
    )
    with supervised(
        {
            "prepare": [],
            "command": [sys.executable, "-m", "deploy.stack"],
            "folder": str(ROOT),
            "environment": settings,
            "user": None,
            "stop_signal": signal.SIGTERM,
            "stop_seconds": _STOP_SECONDS,
        },
        name="The stack",
    ) as server:
        server.wait_until_ready(lambda: serves(address))
        with connected(data_dir) as stack:
            brought = stack.settings
        yield {**settings, **brought}


def run(asked: argparse.Namespace, data_dir: Path) -> dict[str, Any]:
    """Back up, go on selling, and restore; return the counts, and the violations among them."""
    address = Address(host="127.0.0.1", port=free_port())
    file = data_dir / "sale.dump"
    with _stack(address, data_dir) as settings:
        sale = Sale(address, settings, asked.seed, asked.buyers, asked.viewers)
        with sale.going_on():
            time.sleep(asked.seconds)
            before = _booked(sale)
            seconds = _timed("save", file, data_dir)
            time.sleep(asked.seconds)
        booked = len(_booked(sale))
        last = sale.truth()
    restoring = _timed("restore", file, data_dir)
    with _stack(address, data_dir) as settings:
        sale.settings = settings
        now = sale.truth()
        verified = manage(settings, "manage.py", "verify_ledger")
        agree = wait_until(
            lambda: all(
                (each.seq, each.seats) == (now["seq"], now["seats"]) for each in sale.watchers
            ),
            seconds=SETTLE_SECONDS,
        )
        lost = before - sale.stored()
        sale.over()
    shown = sum(each.snapshots for each in sale.watchers)
    violations = [violation for each in sale.watchers for violation in each.violations]
    return {
        "bookings acknowledged before the backup": len(before),
        "bookings acknowledged after it began": booked - len(before),
        "changes when the stack was ended": last["seq"],
        "changes in the backup": now["seq"],
        "bytes of the backup": file.stat().st_size,
        "seconds to back up": seconds,
        "seconds to restore, with all checks": restoring,
        "viewers": len(sale.watchers),
        "whole maps that they were shown": shown,
        "verify_ledger": verified.stdout.strip() or verified.stderr.strip(),
        "violations": [
            *(f"reservation {number} was acknowledged, and is lost" for number in sorted(lost)),
            *([] if verified.returncode == 0 else ["the books do not agree"]),
            *([] if now["seq"] < last["seq"] else ["nothing happened after the backup"]),
            *([] if agree else ["viewers do not see what the database has"]),
            *([] if shown == 2 * len(sale.watchers) else ["not everybody was shown the map anew"]),
            *violations,
        ],
    }


def _booked(sale: Sale) -> set[str]:
    """Return the public ids of the bookings that buyers were told of."""
    found = acknowledged(operations(sale.history), "reserve")
    return {each.answer["reservation_id"] for each in found}


def _timed(what: str, file: Path, data_dir: Path) -> float:
    began = time.monotonic()
    subprocess.run(
        [str(VENV_PYTHON), "-m", "deploy.backup", what, str(file)],
        env=clean_environment(SEATCAST_DATA_DIR=str(data_dir)),
        cwd=ROOT,
        check=True,
    )
    return round(time.monotonic() - began, 1)


def main() -> int:
    """Run it; return the exit status: 0 when nothing was violated."""
    parser = argparse.ArgumentParser(prog="python -m laboratory restore", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="of selling before, and after")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--buyers", type=int, default=24)
    parser.add_argument("--viewers", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seatcast-", dir="/tmp") as name:
        data_dir = Path(name)
        # Servers of another user keep their data below.
        data_dir.chmod(0o711)
        report = run(asked, data_dir)
    print(json.dumps(report, indent=2))
    return 1 if report["violations"] else 0
