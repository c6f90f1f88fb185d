"""`make run` and `make stack`: set up if needed, then serve."""

from deploy.address import address_from, ensure_free
from deploy.bootstrap import RUNTIME, STACK, hand_over, set_up


def main() -> None:
    """Become the site in one process. Raises: Problem, before any work if the port is taken."""
    _become("deploy.serve", requirements=RUNTIME)


def main_stack() -> None:
    """Become the real stack. Raises: Problem, before any work if the port is taken."""
    _become("deploy.stack", requirements=STACK)


def main_rolling() -> None:
    """Have the servers of this checkout take over from those of the stack that runs."""
    set_up(requirements=STACK)
    hand_over("deploy.rolling")


def _become(module: str, *, requirements: str) -> None:
    ensure_free(address_from())
    set_up(requirements=requirements)
    hand_over(module)
