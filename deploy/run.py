"""`make run`: set up if needed, then serve."""

from deploy.address import address_from, ensure_free
from deploy.bootstrap import hand_over, set_up


def main() -> None:
    """Become the server. Raises: Problem, before any other work if the port is taken."""
    ensure_free(address_from())
    set_up()
    hand_over("deploy.serve")
