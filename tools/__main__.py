"""`python3 -m tools COMMAND`. Any Python 3 must be able to parse this file."""

import os
import signal
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - for people with an older Python
    sys.exit(
        "Seatcast needs Python 3.11 or newer, and this is Python {}.{}: "
        "name a newer one, as in `make run PYTHON=python3.12`.".format(*sys.version_info[:2])
    )

# A KeyboardInterrupt during an import can surface as another error.
signal.signal(
    signal.SIGINT, lambda *_: os._exit(0 if {"run", "stack"} & set(sys.argv[1:2]) else 130)
)

from tools.commands import main  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)

if __name__ == "__main__":
    sys.exit(main())
