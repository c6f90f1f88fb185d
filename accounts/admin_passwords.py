"""The admin's sign-in and password pages, with the throttling that the API has."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.exceptions import Throttled

from accounts import known_devices, login_throttle, mail
from accounts.models import User
from accounts.password_hashing import Workload, hashing_slot
from accounts.throttles import PasswordChangeThrottle
from infrastructure.security_log.log import Kind, record


class PasswordPages(admin.AdminSite):
    """Marks devices as known after a sign-in, and throttles password changes."""

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the form, or sign in."""
        response = super().login(request, extra_context)
        if request.method == "POST":
            _remember(request, response)
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the form, or change the password of the current user."""
        request.current_app = self.name
        response = _OwnPasswordView.as_view(
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)
        _remember(request, response)
        return response


class OwnPasswordForm(AdminPasswordChangeForm):
    """Django's form for one's own password, with throttling and a mail to the owner."""

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        """Check the old password within the throttle. Raises: ValidationError."""
        try:
            PasswordChangeThrottle.enforce(self._request, self.user.pk)
        except Throttled as refusal:
            raise _throttled_error(refusal) from None
        with throttled_attempt(self._request, self.user.get_username(), Workload.OTHER):
            return str(super().clean_old_password())

    def save(self, commit: bool = True) -> User:  # noqa: ARG002
        """Change the password, and notify the owner by mail."""
        person: User = self.user
        with hashing_slot(self._request, Workload.OTHER):
            person.set_password(self.cleaned_data["new_password1"])
        person.new_email = ""
        with transaction.atomic():
            person.save()
            record(Kind.PASSWORD_CHANGED, actor_id=person.pk, subject_id=person.pk)
            mail.notify_password_changed(person, language=mail.language_of_request(self._request))
        return person


class _OwnPasswordView(PasswordChangeView):
    form_class = OwnPasswordForm
    template_name = "registration/password_change_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}


@contextmanager
def throttled_attempt(request: Any, name: str, work: Workload) -> Iterator[None]:
    """Throttle a form's attempt at the password of `name`; the block raises if it is wrong.

    Raises: ValidationError, its own or the block's.
    """
    wrong: ValidationError | None = None
    try:
        with login_throttle.attempt(request, name) as attempt, hashing_slot(request, work):
            try:
                yield
                attempt.is_correct = True
            except ValidationError as error:
                wrong = error
    except Throttled as refusal:
        raise _throttled_error(refusal) from None
    if wrong is not None:
        raise wrong


def _throttled_error(refusal: Throttled) -> ValidationError:
    """Return a throttle's refusal as a form error."""
    seconds = int(getattr(refusal, "wait", 0)) + 1
    return ValidationError(f"Too many tries. Try again in {seconds} seconds.", code="throttled")


def _remember(request: HttpRequest, response: HttpResponseBase) -> None:
    if response.status_code == 302 and isinstance(request.user, User):
        known_devices.set_cookie(request, response, request.user)
