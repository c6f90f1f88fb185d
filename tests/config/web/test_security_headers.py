"""Content security policies forbid everything that pages do not need."""

import re

import pytest
from django.test import Client

from accounts.models import User
from config.web.security_headers import (
    CLIENT_POLICY,
    DATA_POLICY,
    DOCS_POLICY,
    PAGE_POLICY,
    PERMISSIONS,
    POLICY,
)
from tests.factories import PASSWORD

PAGES = [
    ("/events/7", CLIENT_POLICY),
    ("/admin/", PAGE_POLICY),
    ("/admin/auth/group/add/", PAGE_POLICY),
    ("/admin/accounts/user/", PAGE_POLICY),
    ("/api/docs/", DOCS_POLICY),
]
# An inline script or style, an attribute of either kind, or a `javascript:` link.
FROM_THE_TEXT = re.compile(
    r"<script(?![^>]*(?:\ssrc=|type=\"application/json\"))|<style|\s(?:style|on\w+)=|javascript:",
    re.I,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize("policy", [PAGE_POLICY, CLIENT_POLICY, DOCS_POLICY, DATA_POLICY])
def test_policies_forbid_everything_by_default(policy: str) -> None:
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "*" not in policy
    # Directives without a fallback to `default-src`.
    assert {"frame-ancestors 'none'", "base-uri 'none'"} <= set(policy.split("; "))


@pytest.mark.parametrize(("path", "policy"), PAGES)
def test_pages_have_no_inline_scripts_or_styles(client: Client, path: str, policy: str) -> None:
    client.force_login(User.objects.create_superuser("admin", password=PASSWORD))
    answer = client.get(path)
    assert answer.headers[POLICY] == policy
    assert answer.headers["Permissions-Policy"] == PERMISSIONS
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert not FROM_THE_TEXT.search(answer.content.decode())


@pytest.mark.parametrize("path", ["/api/events/", "/api/me/", "/api/no/such/call", "/static/none"])
def test_other_responses_have_the_strictest_policy(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers[POLICY] == DATA_POLICY
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
