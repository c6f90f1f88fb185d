import pytest

from tests.webhooks.boxes import Box, deliver
from tests.webhooks.receiver import Receiver
from webhooks import numbering, services
from webhooks.metric_collectors import WebhookCollector
from webhooks.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def counts() -> dict[str, float]:
    [metric] = WebhookCollector().collect()
    return {sample.labels["state"]: sample.value for sample in metric.samples}


def test_it_counts_what_waits_and_what_was_given_up_for_webhooks_that_are_on(
    box: Box, hook: Receiver
) -> None:
    assert counts() == {"waiting": 0, "given_up": 0}
    endpoint = box.endpoint(hook.url)
    box.book(0)
    deliver(endpoint)
    box.book(1)
    numbering.number_all()
    services.send_test(organisation_id=box.organisation.pk, endpoint_id=endpoint.pk)
    Delivery.objects.filter(position=0).update(state=Delivery.State.FAILED)
    assert counts() == {"waiting": 1, "given_up": 1}
    services.change(organisation_id=box.organisation.pk, endpoint_id=endpoint.pk, is_enabled=False)
    assert counts() == {"waiting": 0, "given_up": 0}
