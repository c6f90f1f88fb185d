"""What a batch decided."""

from typing import NamedTuple

from infrastructure.security_log.request_context import RequestContext
from reservations.domain.commands import Command
from reservations.domain.rules import Outcome


class Decision(NamedTuple):
    """A command with its outcome, and the web request that sent it, if one did."""

    command: Command
    outcome: Outcome
    source: RequestContext | None
