"""Many receivers that answer as late as they may, to keep webhooks from everybody else."""

import threading

import pytest
from django.conf import settings

from tests.webhooks.boxes import Box, make_box
from tests.webhooks.conftest import hook
from tests.webhooks.receiver import Received, Receiver
from webhooks import sender, worker
from webhooks.models import Delivery

__all__ = ["hook"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

ENDPOINTS, MESSAGES, REQUESTS = 8, 6, 4
PATIENCE_SECONDS = 120


@pytest.fixture
def boxes() -> tuple[Box, Box]:
    """Return an attacker's organisation and another one."""
    return make_box("Attackers", seats=MESSAGES), make_box("Others")


def test_slow_receivers_leave_turns_to_others(
    boxes: tuple[Box, Box], hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow request is answered when one more arrives, so no place is ever free for long."""
    attackers, others = boxes
    for number in range(ENDPOINTS):
        attackers.endpoint(f"{hook.url}/slow{number}")
    for place in range(MESSAGES):
        attackers.book(place)
    others.endpoint(f"{hook.url}/others")
    others.book(0)
    slow = ENDPOINTS * MESSAGES
    arrived, changed = [0], threading.Condition()

    def hold(request: Received) -> None:
        with changed:
            arrived[0] += 1
            mine = arrived[0]
            changed.notify_all()
            last = slow + 1 - REQUESTS
            assert changed.wait_for(lambda: arrived[0] > min(mine, last - 1), PATIENCE_SECONDS)

    hook.hold = hold
    monkeypatch.setattr(settings, "SEATCAST_WEBHOOK_REQUESTS", REQUESTS)
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 120.0)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.02)
    with sender.Sender() as sending:
        looking = worker._Worker(sending)
        while not hook.received or Delivery.objects.filter(state="pending").exists():
            looking.look()
        looking.end()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    place = [request.path for request in hook.received].index("/hook/others")
    # All endpoints have had one or two turns by then, not six.
    assert place <= 2 * ENDPOINTS
