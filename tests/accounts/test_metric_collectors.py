"""The metric of unsent mail."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.metric_collectors import AccountCollector
from accounts.models import Ended, Mail

pytestmark = pytest.mark.django_db


def test_waiting_and_given_up_mail_are_separate_metrics() -> None:
    now = timezone.now()
    for state in (
        {},
        {"due_at": now + timedelta(hours=1)},
        {"failed_at": now},
        {"failed_at": now},
        {"failed_at": now, "given_up_at": now},
        {"failed_at": now, "done_at": now},
    ):
        Mail.objects.create(kind=Mail.Kind.LINK, address="alice@example.org", **state)
    Ended.objects.create(person_id=1)
    mail, revocations = AccountCollector().collect()
    assert {each.labels["state"]: each.value for each in mail.samples} == {
        "waiting": 1,
        "retrying": 2,
        "given_up": 1,
    }
    assert [each.value for each in revocations.samples] == [1]
