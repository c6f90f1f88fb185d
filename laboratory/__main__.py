"""`python -m laboratory NAME …` starts everything here; `NAME --help` lists its options."""

import sys
from importlib import import_module

COMMANDS = {
    "compare": ("laboratory.compare.command", "compare with other servers"),
    "bench": (
        "laboratory.push.command",
        "measure the cost of pushing changes, beside stock servers",
    ),
    "curves": ("laboratory.curves.command", "measure costs at four sizes"),
    "hostile": ("laboratory.hostile", "measure what one network's attacks cost others"),
    "chaos": ("laboratory.chaos.command", "inject faults during a sale, then audit the database"),
    "lab": ("laboratory.cluster.command", "inject faults into a cluster of hosts, as root"),
    "upgrade": ("laboratory.upgrade.command", "replace servers of an older version during a sale"),
    "restore": ("laboratory.restore", "back up during a sale, and restore"),
    "churn": ("laboratory.churn", "lock and unlock seats of a running site at a rate"),
    "booked-hall": ("laboratory.booked_hall", "sell seats of a running site at the box office"),
}


def main() -> int:
    """Run the named command; return its exit status."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        lines = [f"  {name:12} {what}" for name, (_, what) in COMMANDS.items()]
        print("usage: python -m laboratory NAME …", *lines, sep="\n", file=sys.stderr)
        return 2
    sys.argv = [f"python -m laboratory {name}", *sys.argv[2:]]
    return import_module(COMMANDS[name][0]).main() or 0


if __name__ == "__main__":
    sys.exit(main())
