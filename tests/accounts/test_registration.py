"""Register an account."""

from functools import partial
from typing import Any

import pytest

from accounts.models import User
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def _register(name: str, **more: Any) -> Any:
    return stranger().post("/api/register/", {"username": name, "password": PASSWORD, **more})


def test_a_registration_creates_an_account_and_signs_in() -> None:
    client = stranger()
    response = client.post("/api/register/", {"username": "zoe", "password": PASSWORD})
    assert response.status_code == 201
    zoe = User.objects.get(username="zoe")
    assert zoe.check_password(PASSWORD)
    assert (zoe.is_active, zoe.is_staff, zoe.email) == (True, False, "")
    assert client.get("/api/me/").json()["user_id"] == zoe.pk


def test_the_password_is_stored_as_argon2() -> None:
    _register("zoe")
    assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ("alice", "alice"),
        ("alice", "ALICE"),
        ("Alice", "alice"),
        ("alice", "\uff21lice"),
        ("zoë", "ZOË"),
        ("zoë", "Zoe\u0308"),
    ],
)
def test_a_name_that_differs_in_case_only_is_taken(taken: str, name: str) -> None:
    make_user(taken)
    found = refusal(_register(name), 400, "invalid")
    assert found["fields"] == {"username": ["This name is taken."]}
    assert found["field_codes"] == {"username": ["taken"]}
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "a b",
            "a\tb",
            "a\nb",
            "a/b",
            "<script>",
            "a'b",
            "\u202ealice",
            "🎭",
            "a\u200bb",
        ),
        *("x" * 151, "\ufb00" * 100, "\ufdfa" * 100, "\ufdfa"),
    ],
)
def test_an_invalid_username_is_refused(name: str) -> None:
    assert set(refusal(_register(name), 400, "invalid")["fields"]) == {"username"}
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["a", "x" * 150, "Zoë", "李雷", "a.b+c@d-e_f", "0"])
def test_a_valid_username_is_accepted(name: str) -> None:
    assert _register(name).json()["username"] == name


@pytest.mark.parametrize("password", ["short", "password", "12345678901", "x" * 129, "seven77"])
def test_a_weak_password_is_refused(password: str) -> None:
    found = refusal(_register("zoe", password=password), 400, "invalid")
    assert set(found["fields"]) == {"password"}
    assert not User.objects.exists()


def test_each_password_error_has_a_code() -> None:
    found = refusal(_register("zoe", password="1234"), 400, "invalid")
    assert len(found["fields"]["password"]) == 3
    assert found["field_codes"]["password"] == [
        "password_too_short",
        "password_too_common",
        "password_entirely_numeric",
    ]


def test_spaces_around_a_password_are_kept() -> None:
    _register("zoe", password=f" {PASSWORD} ")
    assert User.objects.get().check_password(f" {PASSWORD} ")


@pytest.mark.parametrize("email", ["x", "a@b", "@", "a b@example.com"])
def test_an_invalid_address_is_refused(email: str) -> None:
    assert set(refusal(_register("zoe", email=email), 400, "invalid")["fields"]) == {"email"}


@pytest.mark.parametrize("names", [["zoe"] * 4, ["zoe", "Zoe", "ZOE", "zOE"]])
@pytest.mark.django_db(transaction=True)
def test_of_parallel_registrations_of_a_username_one_succeeds(names: list[str]) -> None:
    answers: list[Any] = at_once([partial(_register, name) for name in names])
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]
    for answer in answers:
        if answer.status_code == 400:
            assert refusal(answer, 400, "invalid")["fields"] == {
                "username": ["This name is taken."]
            }
    assert User.objects.count() == 1
