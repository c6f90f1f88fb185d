"""The startup banner: the URL of the site and the demo accounts."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from config.environment import DEMO_PASSWORD
from deploy.address import Address
from deploy.console import say
from deploy.supervised import START_SECONDS
from deploy.waiting import wait_until
from reservations.demo.people import BUYERS, ORGANISER, STEWARD


def with_demo_data() -> bool:
    """Return whether the demo data is wanted."""
    return os.environ.get("SEATCAST_DEMO") != "0"


def demo_password(environment: Mapping[str, str]) -> str:
    """Return the password of the demo accounts under the settings in `environment`."""
    if file := environment.get("SEATCAST_DEMO_PASSWORD_FILE"):
        return Path(file).read_text()
    return environment.get("SEATCAST_DEMO_PASSWORD") or DEMO_PASSWORD


def print_banner(
    address: Address,
    *,
    up: Callable[[Address], bool],
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Print the site's URL and the demo accounts once `up(address)` is true.

    `environment` is that of the servers.
    """
    if not wait_until(lambda: up(address), seconds=START_SECONDS):
        print(f"seatcast: no answer at {address.url} yet.", file=sys.stderr)
        return
    say(f"Seatcast is at {address.url}/")
    if with_demo_data():
        say(
            f"Sign in as {', '.join(BUYERS)}, or as the organiser {ORGANISER} "
            f"(who also has {address.url}/admin/), or as {STEWARD} who checks tickets at "
            f"{address.url}/tickets, with the password {demo_password(environment)}"
        )
    if address.authority:
        say(f"Its certificate is signed by {address.authority}")
    say("Press Ctrl-C to stop it.")
