"""Saying where the site is."""

import os
import sys
from collections.abc import Callable

from deploy.address import Address
from deploy.steps import say
from deploy.waiting import wait_until
from reservations.demo.people import BUYERS, ORGANISER, PASSWORD

_START_SECONDS = 60


def with_demo_data() -> bool:
    """Return whether the demo's events and people are wanted."""
    return os.environ.get("SEATCAST_DEMO") != "0"


def announce(address: Address, *, up: Callable[[Address], bool]) -> None:
    """Say where the site is, and who can sign in, once `up` holds."""
    if not wait_until(lambda: up(address), seconds=_START_SECONDS):
        print(f"seatcast: no answer at {address.url} yet.", file=sys.stderr)
        return
    say(f"Seatcast is at {address.url}/")
    if with_demo_data():
        say(
            f"Sign in as {', '.join(BUYERS)}, or as the organiser {ORGANISER} "
            f"(who also has {address.url}/admin/), with the password {PASSWORD}"
        )
    say("Ctrl-C ends it.")
