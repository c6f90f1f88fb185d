"""Passwords that are public are refused in production."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from pytest_django import Settings

from config.environment import DEMO_PASSWORD as PASSWORD
from reservations.demo.people import ORGANISER
from tests.contract.calls import refusal
from tests.factories import make_user, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def in_production(settings: Settings) -> None:
    settings.SEATCAST_PUBLISHED_PASSWORDS = (PASSWORD,)


def deployment_check() -> None:
    """Raises: SystemCheckError, if there is any warning."""
    call_command(
        *("check", "--database", "default", "--tag", "database", "--deploy"),
        *("--fail-level", "WARNING"),
    )


@pytest.mark.parametrize("path", ["/api/login/", "/api/token/"])
def test_a_published_password_signs_nobody_in(in_production: None, path: str) -> None:
    make_user("alice", password=PASSWORD)
    answer = stranger().post(path, {"username": "alice", "password": PASSWORD})
    refusal(answer, 401, "invalid_credentials")


def test_a_published_password_does_not_open_the_admin(in_production: None, client: Client) -> None:
    make_user(ORGANISER, password=PASSWORD, is_staff=True)
    answer = client.post("/admin/login/", {"username": ORGANISER, "password": PASSWORD})
    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies


def test_a_published_password_cannot_be_chosen(in_production: None) -> None:
    answer = stranger().post("/api/register/", {"username": "zoe", "password": PASSWORD})
    found = refusal(answer, 400, "invalid")
    assert found["field_codes"] == {"password": ["password_published"]}


def test_a_published_password_signs_in_outside_production() -> None:
    make_user("alice", password=PASSWORD)
    answer = stranger().post("/api/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 200


def test_the_deployment_check_fails_for_demo_accounts_with_a_published_password(
    in_production: None,
) -> None:
    organiser = make_user(ORGANISER, password=PASSWORD)
    with pytest.raises(SystemCheckError, match=rf"password of {ORGANISER}\.") as stopped:
        deployment_check()
    assert "seatcast.W001" in str(stopped.value)
    organiser.set_password("another of their own")
    organiser.save()
    deployment_check()
