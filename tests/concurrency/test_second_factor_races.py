"""A second factor that is replaced while a request checks it, on two connections.

The request stops before its first statement that locks a row; then the factor is replaced and the
change is committed. The negative control checks the code against what was read before.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings
from rest_framework.exceptions import NotAuthenticated
from rest_framework_simplejwt.exceptions import TokenError

from accounts.models import Authenticator, Passkey, User
from accounts.models.second_factors import Challenge
from accounts.second_factor import challenges, factors, recovery, sign_in
from accounts.second_factor.errors import ChallengeExpired
from accounts.second_factor.totp import _matching_step
from accounts.tokens import issue_pair, rotate
from tests.accounts.second_factor.device import Key, add_key, with_app
from tests.concurrency.unprotected import meanwhile
from tests.factories import PASSWORD, make_user, signed_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SEATCAST_SITE_URL = "http://localhost:8000"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


def _replace_app(alice: User) -> None:
    current = User.objects.get(pk=alice.pk)
    factors.remove_totp(current)
    with_app(current)


def _step(alice: User, **more: Any) -> Callable[[], object]:
    token, _ = challenges.issue(alice, Challenge.Purpose.SIGN_IN)
    return partial(sign_in.take_second_step, token, **{"code": "", "credential": None, **more})


def test_a_code_of_an_app_that_is_replaced_meanwhile_is_refused(alice: User) -> None:
    app = with_app(alice)
    step = _step(alice, method="totp", code=app.code())
    assert meanwhile(step, partial(_replace_app, alice)) is ChallengeExpired


def test_a_recovery_code_that_is_replaced_meanwhile_is_refused(alice: User) -> None:
    with_app(alice)
    step = _step(alice, method="recovery_code", code=recovery.renew(alice)[0])
    renew = partial(factors.renew_recovery_codes, alice)
    assert meanwhile(step, renew) is ChallengeExpired


def test_a_passkey_that_is_removed_meanwhile_is_refused(alice: User) -> None:
    key = Key()
    add_key(signed_in(alice), key)
    with_app(User.objects.get(pk=alice.pk))
    alice.refresh_from_db()
    token, challenge = challenges.issue(alice, Challenge.Purpose.SIGN_IN)
    credential = key.get({"challenge": challenge.nonce})
    step = partial(
        sign_in.take_second_step, token, method="passkey", code="", credential=credential
    )
    removed = partial(factors.remove_passkey, alice, Passkey.objects.get().pk)
    assert meanwhile(step, removed) is ChallengeExpired


def test_a_code_in_the_admins_form_of_an_app_that_is_replaced_meanwhile_is_refused(
    alice: User,
) -> None:
    app = with_app(alice)
    check = partial(sign_in.pass_by_code, alice, app.code(), method="totp")
    assert meanwhile(check, partial(_replace_app, alice)) is NotAuthenticated


def test_checked_before_the_lock_the_replaced_apps_code_passes_the_new_factor(alice: User) -> None:
    app = with_app(alice)
    code = app.code()

    def pass_naively() -> None:
        found = Authenticator.objects.get(person=alice)
        is_right = _matching_step(found, code, now=timezone.now()) is not None
        with transaction.atomic():
            current = User.objects.select_for_update(no_key=True).get(pk=alice.pk)
            assert is_right
            assert factors.is_passed(current, timezone.now().timestamp())

    assert meanwhile(pass_naively, partial(_replace_app, alice)) is None


def test_tokens_of_a_sign_in_that_began_before_the_first_factor_are_refused(alice: User) -> None:
    """The password is checked, then the factor is set up, then the tokens are issued."""
    checked = User.objects.get(pk=alice.pk)
    with_app(alice)
    pair = issue_pair(checked)
    with pytest.raises(TokenError):
        rotate(pair["refresh"])
