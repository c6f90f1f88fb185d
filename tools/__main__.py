"""`python3 -m tools COMMAND`. This file alone must be readable to any Python 3."""

import os
import signal
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to tell people with an older one
    sys.exit(
        "Seatcast needs Python 3.11 or newer, and this is Python {}.{}: "
        "name a newer one, as in `make run PYTHON=python3.12`.".format(*sys.version_info[:2])
    )

# Ctrl-C in the middle of an import shows as anything but itself.
signal.signal(
    signal.SIGINT, lambda *_: os._exit(0 if {"run", "stack"} & set(sys.argv[1:2]) else 130)
)

from tools.commands import main  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)

if __name__ == "__main__":
    sys.exit(main())
