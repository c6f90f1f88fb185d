"""`make manage`: a command of manage.py on the database of the stack that runs.

It has the environment of the stack's servers; that of whoever calls it says only where the stack's
data is, and what is no setting of a server, such as the kind of the terminal.
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
    """Become the command. Raises: SystemExit when there is no stack."""
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
