"""The security log in the admin: read-only, with search and export."""

from typing import Any

import orjson
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from infrastructure.security_log.log import Kind, record
from infrastructure.security_log.models import SecurityEvent

MAX_EXPORTED = 10_000
"""The most rows of one download; `manage.py export_security_log` writes all of them."""


@admin.register(SecurityEvent)
class SecurityEventAdmin(admin.ModelAdmin):
    list_display = ("at", "kind", "actor_id", "subject_id", "address", "details")
    list_filter = ("kind", "at")
    search_fields = ("=actor_id", "=subject_id", "address", "=request_id")
    list_per_page = 100
    show_full_result_count = False
    actions = ("export",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    @admin.action(description="Export as JSON lines", permissions=["view"])
    def export(self, request: HttpRequest, rows: QuerySet[SecurityEvent]) -> HttpResponse:  # noqa: ARG002
        found = list(rows.order_by("pk")[:MAX_EXPORTED])
        record(Kind.LOG_EXPORTED, details={"rows": len(found)})
        return HttpResponse(
            b"".join(orjson.dumps(row.as_json()) + b"\n" for row in found),
            content_type="application/jsonl",
            headers={"Content-Disposition": 'attachment; filename="security-log.jsonl"'},
        )
