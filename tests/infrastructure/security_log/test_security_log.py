"""What the security log records, who may read it, and that it is append-only."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from infrastructure.security_log.admin import MAX_EXPORTED
from infrastructure.security_log.log import Kind, record
from infrastructure.security_log.models import SecurityEvent
from tests.contract.calls import refusal
from tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db

LOG = "/api/security-log/"


def rows() -> list[dict[str, Any]]:
    return [event.as_json() for event in SecurityEvent.objects.order_by("pk")]


def test_a_row_cannot_be_changed() -> None:
    record(Kind.LOG_EXPORTED)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        SecurityEvent.objects.update(address="elsewhere")
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        SecurityEvent.objects.get().save()
    assert rows()[0]["address"] == ""


def test_a_row_is_rolled_back_with_the_work_it_records() -> None:
    with transaction.atomic():
        record(Kind.LOG_EXPORTED)
        transaction.set_rollback(True)
    assert rows() == []


def test_a_new_superuser_is_recorded_and_a_new_buyer_is_not() -> None:
    make_user("buyer")
    admin = make_user("admin", is_staff=True, is_superuser=True)
    [row] = rows()
    assert (row["kind"], row["subject_id"]) == ("roles_changed", admin.pk)
    assert row["details"] == {"is_staff": True, "is_superuser": True}


def test_only_flags_that_changed_are_recorded() -> None:
    person = make_user("steward", is_staff=True)
    person.first_name = "Ann"
    person.save()
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert [row["details"] for row in rows()] == [{"is_staff": True}, {"is_active": False}]


def test_groups_and_permissions_of_an_account_are_recorded() -> None:
    person = make_user("steward")
    door = Group.objects.create(name="Door staff")
    permission = Permission.objects.get(codename="view_event")
    person.groups.add(door)
    person.groups.remove(door)
    door.user_set.add(person)
    door.user_set.clear()
    person.user_permissions.set([permission])
    person.user_permissions.clear()
    assert {row["subject_id"] for row in rows()} == {person.pk}
    named = {"groups": ["Door staff"]}
    permissions = {"permissions": ["reservations.view_event"]}
    assert [row["details"] for row in rows()] == [
        {"change": "added", **named},
        {"change": "removed", **named},
        {"change": "added", **named},
        {"change": "removed", **named},
        {"change": "added", **permissions},
        {"change": "removed", **permissions},
    ]


def test_permissions_of_a_group_are_recorded() -> None:
    door = Group.objects.create(name="Door staff")
    permission = Permission.objects.get(codename="view_event")
    door.permissions.add(permission)
    permission.group_set.remove(door)
    changed = {"group": "Door staff", "permissions": ["reservations.view_event"]}
    assert [row["details"] for row in rows()] == [
        {**changed, "change": "added"},
        {**changed, "change": "removed"},
    ]


def test_a_change_in_the_admin_records_actor_address_and_request() -> None:
    admin = make_user("admin", is_staff=True, is_superuser=True)
    group = Group.objects.create(name="Door staff")
    permission = Permission.objects.get(codename="view_event")
    client = signed_in(admin)
    response = client.post(
        f"/admin/auth/group/{group.pk}/change/",
        {"name": "Door staff", "permissions": [permission.pk]},
        format="multipart",
        REMOTE_ADDR="198.51.100.7",
    )
    assert response.status_code == 302
    row = rows()[-1]
    assert (row["kind"], row["actor_id"], row["address"]) == (
        "group_changed",
        admin.pk,
        "198.51.100.7",
    )
    assert row["request_id"] == response.headers["X-Request-ID"]


def test_reading_the_log_requires_the_permission() -> None:
    person = make_user("owner")
    refusal(signed_in(person).get(LOG), 403, "permission_denied")
    refusal(signed_in(make_user("staff", is_staff=True)).get(LOG), 403, "permission_denied")
    person.user_permissions.add(Permission.objects.get(codename="view_securityevent"))
    [latest, *_] = signed_in(person).get(f"{LOG}?kind=roles_changed").json()
    assert latest["details"] == {
        "change": "added",
        "permissions": ["security_log.view_securityevent"],
    }


def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    client = signed_in(make_user("admin", is_superuser=True))
    for number in range(5):
        record(Kind.LOG_EXPORTED, subject_id=number)
    url, seen = f"{LOG}?limit=2&kind=log_exported", []
    while url:
        response = client.get(url)
        seen += [row["subject_id"] for row in response.json()]
        link = response.headers.get("Link", "")
        url = link.partition(">")[0].removeprefix("<")
    assert seen == [4, 3, 2, 1, 0]
    assert [row["subject_id"] for row in client.get(f"{LOG}?person=3").json()] == [3]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "before=0", f"before={2**63}", "kind=gone", "person=-1"],
)
def test_a_malformed_query_is_refused(query: str) -> None:
    client = signed_in(make_user("admin", is_superuser=True))
    refusal(client.get(f"{LOG}?{query}"), 400, "invalid")


def test_the_export_is_json_lines_and_resumes_after_an_id() -> None:
    record(Kind.LOG_EXPORTED, details={"note": "a line\nand another"})
    output = StringIO()
    call_command("export_security_log", stdout=output)
    [line] = output.getvalue().splitlines()
    assert json.loads(line)["details"] == {"note": "a line\nand another"}
    output = StringIO()
    call_command("export_security_log", after=json.loads(line)["id"], stdout=output)
    [line] = output.getvalue().splitlines()
    assert json.loads(line)["details"] == {"rows": 1, "after": 0}


def test_the_admin_exports_what_is_selected_and_offers_no_change() -> None:
    record(Kind.LOG_EXPORTED)
    admin = make_user("admin", is_staff=True, is_superuser=True)
    client = signed_in(admin)
    page = "/admin/security_log/securityevent/"
    event = SecurityEvent.objects.earliest("pk")
    assert client.get(page).status_code == 200
    assert client.post(f"{page}{event.pk}/change/", {"kind": "x"}).status_code == 403
    assert client.post(f"{page}{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{page}add/").status_code == 403
    response = client.post(
        page, {"action": "export", "_selected_action": [event.pk]}, format="multipart"
    )
    assert response.headers["Content-Type"] == "application/jsonl"
    assert [json.loads(line)["id"] for line in response.content.splitlines()] == [event.pk]
    assert rows()[-1]["details"] == {"rows": 1}
    assert MAX_EXPORTED >= 1_000


def test_old_events_are_pruned_and_recent_ones_kept() -> None:
    record(Kind.LOG_EXPORTED)
    SecurityEvent.objects.create(
        kind=Kind.LOG_EXPORTED, at=timezone.now() - timedelta(days=400), address="old"
    )
    with pytest.raises(CommandError, match="at least 30 days"):
        call_command("prune_security_log", days=29)
    output = StringIO()
    call_command("prune_security_log", days=365, stdout=output)
    assert output.getvalue() == "1 security events deleted.\n"
    assert [row["address"] for row in rows()] == [""]


@pytest.mark.thorough
def test_the_migration_can_be_reversed_and_done_again(transactional_db: None) -> None:
    call_command("migrate", "security_log", "0001", verbosity=0)
    with connection.cursor() as cursor:
        # The model has columns that the table has not got at this point.
        cursor.execute(
            f"INSERT INTO {SecurityEvent._meta.db_table} (kind, address, details)"
            " VALUES ('log_exported', '', '{}')"
        )
    SecurityEvent.objects.update(address="elsewhere")
    call_command("migrate", verbosity=0)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        SecurityEvent.objects.update(address="nowhere")
    assert connection.vendor in ("sqlite", "postgresql")
