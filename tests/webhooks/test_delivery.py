import base64
import hashlib
import hmac
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.mail_templates import render
from accounts.models import Mail, User
from infrastructure.security_log.models import Kind, SecurityEvent
from tests.webhooks.boxes import Box, deliver, make_due
from tests.webhooks.receiver import Received, Receiver
from webhooks import numbering, queue, sender, services, worker
from webhooks.models import Delivery, Endpoint, Feed
from webhooks.sender import Result

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def signatures(request: Received, secret: str) -> str:
    """Return the signature as the specification describes it, computed anew."""
    signed = f"{request.id}.{request.headers['webhook-timestamp']}.".encode() + request.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def states(endpoint: Endpoint) -> list[str]:
    return list(endpoint.deliveries.order_by("position").values_list("state", flat=True))


def test_a_message_is_signed_by_the_endpoints_secret(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    booking = box.book(0)
    deliver(endpoint)
    [request] = hook.received
    assert request.path == "/hook"
    assert request.headers["content-type"] == "application/json"
    assert request.message["data"]["booking"]["id"] == booking
    assert request.headers["webhook-signature"] == signatures(request, endpoint.plain_secret)  # type: ignore[attr-defined]
    now = timezone.now().timestamp()
    assert abs(now - int(request.headers["webhook-timestamp"])) < 300
    assert states(endpoint) == ["delivered"]


def test_after_a_rotation_both_secrets_sign_for_a_day(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    old = endpoint.plain_secret  # type: ignore[attr-defined]
    made = services.rotate_secret(organisation_id=box.organisation.pk, endpoint_id=endpoint.pk)
    box.book(0)
    deliver(endpoint)
    sent = hook.received[-1].headers["webhook-signature"].split()
    assert sent == [signatures(hook.received[-1], key) for key in (made.secret, old)]
    Endpoint.objects.update(old_secret_until=timezone.now())
    box.book(1)
    deliver(endpoint)
    assert hook.received[-1].headers["webhook-signature"] == signatures(
        hook.received[-1], made.secret
    )


def test_a_failed_message_is_sent_again_later_with_the_same_id_and_body(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    hook.answers(500, 204)
    box.book(0)
    deliver(endpoint)
    deliver(endpoint)
    assert len(hook.received) == 1
    failed = endpoint.deliveries.get()
    assert (failed.state, failed.attempts, failed.status_code) == ("pending", 1, 500)
    assert (failed.error, failed.response) == ("status", "Oh�!")
    assert 4 < (failed.due_at - timezone.now()).total_seconds() < 6
    make_due(endpoint)
    deliver(endpoint)
    assert states(endpoint) == ["delivered"]
    first, second = hook.received
    assert (first.id, first.body) == (second.id, second.body)


def test_a_message_is_given_up_after_ten_attempts_in_three_days(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    hook.answers(500)
    box.book(0)
    waited = 0.0
    while "pending" in states(endpoint) or not hook.received:
        deliver(endpoint)
        waited += (endpoint.deliveries.get().due_at - timezone.now()).total_seconds()
        make_due(endpoint)
    assert states(endpoint) == ["failed"]
    assert len(hook.received) == 10
    assert timedelta(days=2.5) < timedelta(seconds=waited) < timedelta(days=3.7)


def test_messages_of_a_booking_wait_for_its_earlier_ones_and_others_do_not(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    booking = box.book(0)
    box.pay(booking)
    box.book(1)
    refused = [booking]
    hook.answer = lambda request: (
        500 if request.message["data"]["booking"]["id"] in refused else 204,
        {},
    )
    deliver(endpoint)
    assert states(endpoint) == ["pending", "pending", "delivered"]
    assert "booking.changed" not in hook.kinds
    refused.clear()
    make_due(endpoint)
    deliver(endpoint)
    assert states(endpoint) == ["delivered"] * 3
    assert hook.kinds[-2:] == ["booking.created", "booking.changed"]


def test_only_the_chosen_kinds_are_sent(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url, ["booking.cancelled"])
    box.cancel(box.book(0))
    deliver(endpoint)
    assert hook.kinds == ["booking.cancelled"]


def test_an_endpoint_that_accepts_nothing_rests_longer_each_time(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    hook.answers(503)
    rests = []
    for place in range(3):
        box.book(place)
        deliver(endpoint)
        endpoint.refresh_from_db()
        assert endpoint.rest_until is not None
        rests.append(round((endpoint.rest_until - timezone.now()).total_seconds()))
    assert rests == [2, 4, 8]
    assert endpoint.pk not in queue.due_endpoints()
    hook.answers(204)
    make_due(endpoint)
    deliver(endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.rest_until, endpoint.failing_since, endpoint.failures) == (None, None, 0)


def test_after_three_days_without_a_success_it_is_turned_off_and_owners_get_a_mail(
    box: Box, hook: Receiver
) -> None:
    owner = User.objects.get(pk=box.owner.id)
    owner.email, owner.email_verified_at = "olga@example.com", timezone.now()
    owner.save()
    endpoint = box.endpoint(hook.url)
    hook.answers(500)
    box.book(0)
    deliver(endpoint)
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=3))
    make_due(endpoint)
    deliver(endpoint)
    endpoint.refresh_from_db()
    assert endpoint.disabled_because == Endpoint.Disabled.FAILING
    assert states(endpoint) == ["pending"]
    [mail] = Mail.objects.all()
    assert (mail.kind, mail.address) == (Mail.Kind.WEBHOOK, "olga@example.com")
    subject, text = render(mail, [owner])
    assert subject == "A webhook was turned off / Ein Webhook wurde abgeschaltet"
    assert f"/organise/organisations/{box.organisation.pk}/webhooks" in text
    assert SecurityEvent.objects.get(kind=Kind.WEBHOOK_DISABLED).details["reason"] == "failing"


def test_a_receiver_that_is_gone_is_turned_off_at_once(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    hook.answers(410)
    box.book(0)
    deliver(endpoint)
    box.book(1)
    deliver(endpoint)
    endpoint.refresh_from_db()
    assert endpoint.disabled_because == Endpoint.Disabled.GONE
    assert len(hook.received) == 1
    hook.answers(204)
    services.change(organisation_id=box.organisation.pk, endpoint_id=endpoint.pk, is_enabled=True)
    deliver(endpoint)
    assert states(endpoint) == ["delivered"]


def test_what_was_given_up_is_replayed_with_the_same_id(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    hook.answers(204, 500)
    box.book(0)
    deliver(endpoint)
    box.book(1)
    deliver(endpoint)
    given_up = endpoint.deliveries.filter(state=Delivery.State.PENDING)
    given_up.update(state=Delivery.State.FAILED, attempts=10)
    number = services.replay_failed(organisation_id=box.organisation.pk, endpoint_id=endpoint.pk)
    # At once, although the endpoint rests, and with all attempts again.
    worker.deliver_all()
    assert number == 1
    assert states(endpoint) == ["delivered", "pending"]
    assert hook.ids[1] == hook.ids[2]
    make_due(endpoint)
    hook.answers(204)
    deliver(endpoint)
    assert states(endpoint) == ["delivered"] * 2


def test_one_message_is_replayed_with_the_same_id_though_it_was_delivered(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    for place in range(2):
        box.book(place)
    deliver(endpoint)
    chosen = endpoint.deliveries.get(position=2)
    services.replay_one(
        organisation_id=box.organisation.pk, endpoint_id=endpoint.pk, delivery_id=chosen.pk
    )
    deliver(endpoint)
    assert hook.ids[2:] == [chosen.message.name]


def test_what_a_killed_worker_had_sent_is_sent_again_only_once_its_lease_is_over(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    booking = box.book(0)
    box.pay(booking)
    numbering.number_all()
    lease = queue.lease(endpoint.pk)
    assert lease is not None
    batch = queue.record_and_take(endpoint.pk, lease, [])
    assert batch is not None
    worker.deliver_all()
    assert hook.received == []
    Endpoint.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    worker.deliver_all()
    assert hook.ids == [message.name for message in box.messages()]
    assert [request.name for request in batch.requests] == hook.ids[:1]


def test_a_worker_that_lost_its_lease_records_nothing_and_gets_nothing_more(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    booking = box.book(0)
    box.pay(booking)
    numbering.number_all()
    lease = queue.lease(endpoint.pk)
    assert lease is not None
    assert queue.lease(endpoint.pk) is None
    batch = queue.record_and_take(endpoint.pk, lease, [])
    assert batch is not None
    # SQLite's clock is up to a millisecond behind.
    Endpoint.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    other = queue.lease(endpoint.pk)
    assert other not in (None, lease)
    sent = [
        Result(delivery_id=each.delivery_id, duration_ms=1, status_code=204)
        for each in batch.requests
    ]
    assert queue.record_and_take(endpoint.pk, lease, sent) is None
    assert states(endpoint) == ["pending", "pending"]


def test_a_failing_endpoint_gets_one_message_at_a_time_until_one_is_accepted(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    hook.answers(503)
    for place in range(3):
        box.book(place)
    deliver(endpoint)
    assert len(hook.received) == 3
    make_due(endpoint)
    deliver(endpoint)
    assert len(hook.received) == 4
    hook.answers(204)
    make_due(endpoint)
    deliver(endpoint)
    assert states(endpoint) == ["delivered"] * 3


def test_an_endpoint_whose_message_waits_for_an_earlier_one_is_not_due(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    hook.answers(500)
    booking = box.book(0)
    box.pay(booking)
    deliver(endpoint)
    Endpoint.objects.update(rest_until=None)
    assert states(endpoint) == ["pending", "pending"]
    assert queue.due_endpoints() == []
    make_due(endpoint)
    assert queue.due_endpoints() == [endpoint.pk]


def test_what_is_under_way_is_not_taken_again(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    for place in range(3):
        box.book(place)
    numbering.number_all()
    lease = queue.lease(endpoint.pk)
    assert lease is not None
    first = queue.record_and_take(endpoint.pk, lease, [], most=2)
    assert first is not None
    under_way = {each.delivery_id for each in first.requests}
    rest = queue.record_and_take(endpoint.pk, lease, [], under_way=under_way)
    assert rest is not None
    assert (len(first.requests), len(rest.requests)) == (2, 1)
    assert rest.requests[0].delivery_id not in under_way


def test_messages_to_one_receiver_share_connections(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    booking = box.book(0)
    box.pay(booking)
    box.admit(booking)
    deliver(endpoint)
    assert hook.kinds == ["booking.created", "booking.changed", "booking.checked_in"]
    assert hook.connections == 1


def test_a_slow_receiver_holds_up_no_other_message_of_its_own_or_of_others(
    box: Box, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first message is answered only after all others have arrived."""
    other = box.endpoint(f"{hook.url}/other")
    slow = box.endpoint(hook.url)
    bookings = [box.book(place) for place in range(3)]
    others_arrived = threading.Event()

    def is_held(request: Received) -> bool:
        booking = request.message["data"]["booking"]["id"]
        return request.path == "/hook" and booking == bookings[0]

    def hold(request: Received) -> None:
        if is_held(request):
            assert others_arrived.wait(60)
        elif sum(not is_held(each) for each in hook.received) == 5:
            others_arrived.set()

    hook.hold = hold
    monkeypatch.setattr(settings, "SEATCAST_WEBHOOK_REQUESTS", 3)
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 120.0)
    worker.deliver_all()
    assert states(slow) == states(other) == ["delivered"] * 3


def test_a_receiver_that_answers_nothing_leaves_requests_to_others(
    box: Box, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = box.endpoint(hook.url)
    other = box.endpoint(f"{hook.url}/other")
    for place in range(2):
        box.book(place)
    others_arrived = threading.Event()

    def hold(request: Received) -> None:
        if request.path != "/hook":
            others_arrived.set()
        else:
            assert others_arrived.wait(60)

    hook.hold = hold
    monkeypatch.setattr(settings, "SEATCAST_WEBHOOK_REQUESTS", 2)
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 120.0)
    worker.deliver_all()
    assert states(silent) == states(other) == ["delivered"] * 2


def test_an_endpoint_that_cannot_be_signed_for_does_not_hold_up_others(
    box: Box, hook: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    broken = box.endpoint(f"{hook.url}/broken")
    Endpoint.objects.update(secret="not encrypted")
    whole = box.endpoint(hook.url)
    box.book(0)
    worker.deliver_all()
    assert (states(broken), states(whole)) == (["pending"], ["delivered"])
    assert f"endpoint {broken.pk} failed" in caplog.text


def test_a_test_message_goes_to_one_endpoint_and_is_not_in_the_feed(
    box: Box, hook: Receiver
) -> None:
    endpoint = box.endpoint(hook.url)
    box.endpoint(f"{hook.url}/other")
    services.send_test(organisation_id=box.organisation.pk, endpoint_id=endpoint.pk)
    worker.deliver(endpoint.pk)
    numbering.number_all()
    assert hook.kinds == ["webhook.test"]
    assert Feed.objects.get(pk=box.organisation.pk).position == 0


def test_old_messages_are_pruned_with_their_deliveries(box: Box, hook: Receiver) -> None:
    endpoint = box.endpoint(hook.url)
    box.book(0)
    deliver(endpoint)
    assert services.prune(older_than=timedelta(days=30)) == 0
    assert services.prune(older_than=timedelta(0)) == 1
    assert not Delivery.objects.exists()
