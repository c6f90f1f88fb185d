"""Scenarios of load tests: one module each; `catalogue` lists them all."""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from loadtest.engine.run import Run


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`people` returns the number of accounts for the options; `seats` and others are defaults.

    With `is_watched_from_the_start` the viewers are there before it begins. One at least is
    needed where `least_viewers` says so, since it is from viewers that buyers know what is free.
    """

    name: str
    summary: str
    seats: int
    viewers: int
    seconds: float
    add_options: Callable[[ArgumentParser], None]
    people: Callable[[Namespace], int]
    play: Callable[[Run], Awaitable[None]]
    least_viewers: int = 1
    is_watched_from_the_start: bool = True
    counts_transactions: bool = False
