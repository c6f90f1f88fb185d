"""Organisations in the admin, where operators release new ones."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from organisations import services
from organisations.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ("name", "created_at", "mails_per_day")
    list_filter = (("mails_per_day", admin.EmptyFieldListFilter),)
    search_fields = ("name",)
    fields = ("name", "created_at", "mails_per_day")
    readonly_fields = ("name", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Organisations are created with their owner."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """They are deleted by their owners."""
        return False

    def save_model(self, request: Any, obj: Organisation, form: Any, change: bool) -> None:  # noqa: ARG002
        """Store the limit by the service, which records it."""
        services.release(organisation_id=obj.pk, mails_per_day=obj.mails_per_day)
