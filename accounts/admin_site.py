"""The admin site, which requires the second factor as the API does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.admin_passwords import PasswordPages
from accounts.models import User
from accounts.organisers import may_use_powers
from accounts.sign_ins import tracking


class AdminSite(PasswordPages):
    """Admits organisers who passed the second factor, where one is required.

    Other organisers get a page that explains this, with status 403.
    """

    login_template = "admin/sign_in.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and _has_passed_factor(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded: Any = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if isinstance(request.user, User) and request.user.is_active:
                tracking.touch_session(request, request.user)
            is_organiser = super(AdminSite, self).has_permission(request)
            if not is_organiser or _has_passed_factor(request):
                return guarded(request, *args, **kwargs)
            if request.path == reverse("admin:logout", current_app=self.name):
                return self.logout(request)
            return self._refuse(request)

        return answer

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        context = {
            **self.each_context(request),
            "title": "Second factor required",
            "set_up": isinstance(person, User) and person.has_second_factor,
            "next": request.get_full_path(),
        }
        template = "admin/second_factor_required.html"
        return TemplateResponse(request, template, context, status=403)


def _has_passed_factor(request: HttpRequest) -> bool:
    person = request.user
    if not isinstance(person, User):
        return False
    person.mfa_passed = tracking.mfa_claim(person, request.session.get(tracking.MFA_AT)) is True
    return may_use_powers(person)
