"""New usernames must not look like others."""

from typing import Any

import pytest

from accounts.models import User
from accounts.usernames import skeleton
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def _register(name: str, password: str = PASSWORD, **more: str) -> Any:
    return stranger().post("/api/register/", {"username": name, "password": password, **more})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a\u3164b", "invisible"),
        ("\u115f", "invisible"),
        ("\u0430lice", "mixed"),
        ("ali\u03bfe", "mixed"),
    ],
)
def test_a_confusable_username_is_refused(name: str, code: str) -> None:
    found = refusal(_register(name), 400, "invalid")
    assert found["field_codes"] == {"username": [code]}
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["李雷", "李lei", "Олег", "Άννα", "Zoë", "민수kim", "ルビー"])
def test_a_username_in_one_script_is_accepted(name: str) -> None:
    assert _register(name).status_code == 201


@pytest.mark.parametrize("name", ["Adm1n", "adrnin", "a.d.m.i.n", "admln", "ádmin", "ADMIN_"])
def test_a_username_that_looks_like_an_organisers_is_refused(name: str) -> None:
    make_user("admin", is_staff=True)
    assert refusal(_register(name), 400, "invalid")["field_codes"] == {"username": ["taken"]}


def test_a_username_that_looks_like_a_buyers_is_accepted() -> None:
    make_user("alice")
    assert _register("al1ce").status_code == 201


def test_a_cyrillic_name_has_the_skeleton_of_its_latin_lookalike() -> None:
    assert skeleton("\u0430\u0441\u0435") == skeleton("ace")
    assert skeleton("\u0391\u0392\u0395") == skeleton("abe")


@pytest.mark.parametrize(
    ("name", "email", "password"),
    [
        ("somebody-long", "", "somebody-long"),
        ("somebody-long", "", "Somebody-long1"),
        ("zoe", "zoe.somebody@example.com", "zoe.somebody"),
    ],
)
def test_a_password_similar_to_the_name_or_address_is_refused(
    name: str, email: str, password: str
) -> None:
    found = refusal(
        _register(name, password, **({"email": email} if email else {})), 400, "invalid"
    )
    assert found["field_codes"] == {"password": ["password_too_similar"]}
    assert not User.objects.exists()


def test_the_admins_new_account_form_refuses_the_name_as_password() -> None:
    client = stranger()
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    form = {
        "username": "somebody-long",
        "usable_password": "true",
        "password1": "somebody-long",
        "password2": "somebody-long",
    }
    page = client.post("/admin/accounts/user/add/", form, format="multipart")
    assert b"too similar to the username" in page.content
    assert User.objects.count() == 1
