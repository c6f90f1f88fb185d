"""`make manage`: run a command of manage.py on the database of the running stack.

The command gets the environment of the stack's servers. Of the caller's environment it keeps only
what is no setting of Seatcast, such as TERM; SEATCAST_DATA_DIR says which stack is meant.
"""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from deploy.console import Problem
from deploy.control_socket import connected
from deploy.environment import clean_environment
from deploy.stack_settings import stack_settings


def main(arguments: Sequence[str]) -> NoReturn:
    """Replace this process by the command. Raises: SystemExit if no stack is running."""
    settings = stack_settings(os.environ)
    try:
        with connected(settings.data_dir) as stack:
            environment = {**clean_environment(), **stack.environment}
    except Problem as problem:
        sys.exit(f"seatcast: {problem}")
    python = str(settings.release / ".venv" / "bin" / "python")
    program = str(settings.release / "manage.py")
    os.execve(python, [python, program, *arguments], environment)


if __name__ == "__main__":
    main(sys.argv[1:])
