from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from rest_framework.exceptions import Throttled

from accounts import tries
from accounts.models import User


class SignInForm(AdminAuthenticationForm):
    """The admin's own, with tries counted as they are everywhere."""

    def clean(self) -> dict[str, Any]:
        wrong: ValidationError | None = None
        try:
            with tries.one_try(self.request, str(self.cleaned_data.get("username"))) as one:
                try:
                    found = super().clean()
                    one.is_right = True
                except ValidationError as error:
                    wrong = error
        except Throttled as refusal:
            seconds = int(getattr(refusal, "wait", 0)) + 1
            sentence = f"Too many tries. Try again in {seconds} seconds."
            raise ValidationError(sentence, code="throttled") from None
        if wrong is not None:
            raise wrong
        return found


admin.site.login_form = SignInForm
admin.site.register(User, UserAdmin)
