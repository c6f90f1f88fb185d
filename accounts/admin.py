"""Accounts and groups in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from rest_framework.exceptions import APIException

from accounts.admin_passwords import throttled_attempt
from accounts.models import User
from accounts.password_hashing import Workload
from accounts.second_factor import factors
from accounts.second_factor.sign_in import pass_by_code

POWERS = ("is_superuser", "is_staff", "groups", "user_permissions")
"""The fields of an account that say what it may do."""


class SignInForm(AdminAuthenticationForm):
    """Django's admin sign-in, with throttling and the second factor."""

    code = forms.CharField(
        max_length=60,
        required=False,
        label="Code, if you have a second factor",
        help_text="Of your authenticator app, or a recovery code.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def clean(self) -> dict[str, Any]:
        with throttled_attempt(
            self.request, str(self.cleaned_data.get("username")), Workload.SIGN_IN
        ):
            found: dict[str, Any] = super().clean()
        person = self.get_user()
        if isinstance(person, User) and (methods := factors.available_methods(person)):
            self._require_code(person, methods)
        return found

    def _require_code(self, person: User, methods: list[str]) -> None:
        """Check an app's code or a recovery code; passkeys work on the site's own page only."""
        code = str(self.cleaned_data.get("code") or "")
        if not code:
            sentence = (
                "Enter the code of your second factor, too."
                if "totp" in methods
                else "Sign in with your passkey on the site first, or enter a recovery code here."
            )
            raise ValidationError(sentence, code="second_factor_required")
        method = "totp" if code.replace(" ", "").isdigit() else "recovery_code"
        try:
            person.mfa_shown_at = pass_by_code(person, code, method=method)
        except APIException as refusal:
            raise ValidationError(str(refusal.detail), code="invalid_code") from None


class AccountAdmin(UserAdmin):
    """Django's user admin, without a way to gain permissions.

    Only superusers change permissions. Others change only accounts that have no more permissions
    than they have themselves: a new password or address would give access to the account.
    """

    actions = ("remove_second_factors",)
    readonly_fields = ("email_verified_at", "new_email")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Mail", {"fields": ("email_verified_at", "new_email")}),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save a person; an address that was changed here is not verified."""
        if change and "email" in form.changed_data:
            obj.email_verified_at = None
            obj.new_email = ""
        super().save_model(request, obj, form, change)

    @admin.action(description="Remove second factors, sign out everywhere", permissions=["change"])
    def remove_second_factors(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Remove the factors of people who lost them; verify first who is asking."""
        chosen = list(people)
        for person in chosen:
            if not self.has_change_permission(request, person):
                raise PermissionDenied
        for person in chosen:
            factors.remove_all(person, actor_id=request.user.pk)
        self.message_user(request, "Their passwords are enough again until they set up others.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_superuser(request) else (*fields, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _outranks(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _outranks(request, obj)


class RoleAdmin(GroupAdmin):
    """Django's group admin, for superusers only: others could extend their own group."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _outranks(request: HttpRequest, person: User | None) -> bool:
    """Return whether the current user has all permissions of an account; True for None."""
    if person is None or _is_superuser(request):
        return True
    mine = request.user.get_all_permissions() if isinstance(request.user, User) else set()
    # `get_all_permissions` would return none for an inactive account.
    theirs = Permission.objects.filter(Q(user=person) | Q(group__user=person))
    names = {f"{each.content_type.app_label}.{each.codename}" for each in theirs.select_related()}
    return not person.is_superuser and names <= mine


admin.site.login_form = SignInForm
admin.site.unregister(Group)
admin.site.register(Group, RoleAdmin)
admin.site.register(User, AccountAdmin)
