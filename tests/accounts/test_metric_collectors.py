"""The metric of unsent mail."""

import pytest

from accounts.mail_worker import RETRY_DELAYS_MINUTES
from accounts.metric_collectors import AccountCollector
from accounts.models import Ended, Mail

pytestmark = pytest.mark.django_db


def test_waiting_and_given_up_mail_are_separate_metrics() -> None:
    most = len(RETRY_DELAYS_MINUTES)
    for tries in (0, 1, most):
        Mail.objects.create(kind=Mail.Kind.LINK, address="alice@example.org", tries=tries)
    Ended.objects.create(person_id=1)
    mail, revocations = AccountCollector().collect()
    assert {each.labels["state"]: each.value for each in mail.samples} == {
        "waiting": 2,
        "given_up": 1,
    }
    assert [each.value for each in revocations.samples] == [1]
