"""Staff who may change accounts in the admin cannot extend their permissions."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from rest_framework.test import APIClient

from accounts.models import User
from tests.contract.calls import CHANGE, SCAN
from tests.factories import make_user, permitted, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ACCOUNTS = (
    *("accounts.view_user", "accounts.change_user", "accounts.add_user", "accounts.delete_user"),
    *("auth.view_group", "auth.change_group", "auth.add_group", "auth.delete_group"),
)


@pytest.fixture
def helper() -> User:
    """A staff member with all of Django's permissions on accounts and groups."""
    return permitted(make_user("helper", is_staff=True), *ACCOUNTS, SCAN)


@pytest.fixture
def client(helper: User) -> APIClient:
    return signed_in(helper)


def _page(person: User, page: str = "change") -> str:
    return f"/admin/accounts/user/{person.pk}/{page}/"


def _form(person: User, **more: Any) -> dict[str, Any]:
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    return {"username": person.username, "email": person.email, "is_active": "on", **joined, **more}


def test_staff_cannot_make_themselves_superusers(helper: User, client: APIClient) -> None:
    group = Group.objects.create(name="All")
    every = [each.pk for each in Permission.objects.all()]
    powers = {"is_superuser": "on", "groups": [group.pk], "user_permissions": every}
    mate = make_user("mate")
    for person in (helper, mate):
        answer: Any = client.post(
            _page(person), _form(person, is_staff="on", **powers), format="multipart"
        )
        assert answer.status_code == 302, answer.content
        person.refresh_from_db()
        assert not person.is_superuser
        assert not person.groups.exists()
    assert not mate.is_staff
    assert helper.get_all_permissions() == {*ACCOUNTS, SCAN}


@pytest.mark.parametrize("kind", ["superuser", "organiser", "shut out"])
def test_an_account_with_more_permissions_cannot_be_changed_or_deleted(
    kind: str, client: APIClient
) -> None:
    boss = make_user("boss", is_superuser=kind == "superuser", is_active=kind != "shut out")
    if kind != "superuser":
        permitted(boss, CHANGE)
    before = User.objects.values().get(pk=boss.pk)
    password = {"password1": "another-long-word", "password2": "another-long-word"}
    form = _form(boss, email="mine@example.com")
    for path, body in (
        (_page(boss), form),
        (_page(boss, "password"), password),
        (_page(boss, "delete"), {"post": "yes"}),
    ):
        answer: Any = client.post(path, body, format="multipart")
        assert answer.status_code == 403, (path, answer.content[:200])
    chosen = {"action": "delete_selected", "_selected_action": [boss.pk], "post": "yes"}
    client.post("/admin/accounts/user/", chosen, format="multipart")
    assert User.objects.values().get(pk=boss.pk) == before


def test_an_ordinary_account_can_be_changed(client: APIClient) -> None:
    buyer = make_user("buyer")
    answer: Any = client.post(_page(buyer), _form(buyer, first_name="Ann"), format="multipart")
    assert answer.status_code == 302
    buyer.refresh_from_db()
    assert buyer.first_name == "Ann"


def test_only_superusers_change_groups(client: APIClient) -> None:
    group = Group.objects.get(name="Door")
    every = [each.pk for each in Permission.objects.all()]
    form = {"name": "Door", "permissions": every}
    for path in (f"/admin/auth/group/{group.pk}/change/", "/admin/auth/group/add/"):
        answer: Any = client.post(path, form, format="multipart")
        assert answer.status_code == 403
    assert list(group.permissions.values_list("codename", flat=True)) == ["scan_ticket"]
    boss = signed_in(make_user("boss", is_staff=True, is_superuser=True))
    answer = boss.post(
        f"/admin/auth/group/{group.pk}/change/", {"name": "Doors"}, format="multipart"
    )
    assert answer.status_code == 302
