"""Saying where the site is."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.address import Address
from deploy.console import say
from deploy.waiting import wait_until
from reservations.demo.people import BUYERS, ORGANISER, PASSWORD, STEWARD

_START_SECONDS = 60


def with_demo_data() -> bool:
    """Return whether the demo's events and people are wanted."""
    return os.environ.get("SEATCAST_DEMO") != "0"


def demo_password(environment: Mapping[str, str]) -> str:
    """Return the password of the demo's people, as servers in an environment have it."""
    if file := environment.get("SEATCAST_DEMO_PASSWORD_FILE"):
        return Path(file).read_text()
    return environment.get("SEATCAST_DEMO_PASSWORD") or PASSWORD


def print_banner(
    address: Address,
    *,
    up: Callable[[Address], bool],
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Say where the site is, and who can sign in, once `up` holds.

    `environment` is that of its servers.
    """
    if not wait_until(lambda: up(address), seconds=_START_SECONDS):
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
        say(f"Its certificate is vouched for by {address.authority}")
    say("Ctrl-C ends it.")
