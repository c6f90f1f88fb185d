"""Change one's password in the admin, within the limits of the API."""

from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import PASSWORD, make_user, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PAGE = "/admin/password_change/"
NEW = "another-long-word"


@pytest.fixture
def admin() -> User:
    return make_user(
        "admin",
        password=PASSWORD,
        is_staff=True,
        email="admin@example.com",
        email_verified_at=timezone.now(),
    )


def _change(client: APIClient, old: str, new: str = NEW) -> Any:
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(PAGE, form, format="multipart")


def test_wrong_passwords_count_together_with_those_of_the_api(admin: User) -> None:
    client = signed_in(admin)
    client.post("/api/password/change/", {"old_password": "wrong", "password": NEW})
    for _ in range(4):
        assert b"entered incorrectly" in _change(client, "wrong").content
    refused = _change(client, PASSWORD)
    assert b"Too many tries. Try again in" in refused.content
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)


def test_a_password_change_keeps_the_session_and_mails_the_owner(
    admin: User, mailoutbox: list[Any]
) -> None:
    client = signed_in(admin)
    assert _change(client, PASSWORD).status_code == 302
    admin.refresh_from_db()
    assert admin.check_password(NEW)
    assert client.get("/admin/").status_code == 200
    call_command("send_mail")
    assert [sent.subject for sent in mailoutbox] == ["Your password was changed"]


def test_a_password_similar_to_the_username_is_refused(admin: User) -> None:
    assert b"too similar to the username" in _change(signed_in(admin), PASSWORD, "admin123").content


def test_the_page_is_shown(admin: User) -> None:
    assert b"Old password" in signed_in(admin).get(PAGE).content
