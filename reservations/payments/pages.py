"""Pages on which a payment's buyer answers their bank or fills in a provider's form.

They are apart from the client, so that only they have a content security policy that admits a
provider, and no script of a provider runs beside the seat map. Like a bank's page, each knows its
visitors by its address, which has the payment's reference.
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_STYLE = (
    ":root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }"
    " body { max-inline-size: 26rem; margin: 12vh auto; padding: 0 1rem; }"
    " form { display: flex; gap: 0.75rem; flex-wrap: wrap; }"
    " button { font: inherit; min-block-size: 2.75rem; padding: 0 1.25rem; }"
    " a { color: inherit; }"
    " .card { flex: 1 0 100%; box-sizing: border-box; min-inline-size: 0; padding: 0.9rem;"
    " border: 1px solid #8888; border-radius: 8px; background: #fff; color-scheme: light; }"
    " .error { flex: 1 0 100%; margin: 0; font-weight: 600; }"
)


def client_page(reference: str) -> str:
    """Return the address of a payment's page in the client, absolute if that is elsewhere."""
    origin = settings.SEATCAST_SITE_URL if settings.CLIENT_ORIGINS else ""
    return f"{origin}/payments/{reference}"


def page(
    request: HttpRequest,
    template: str,
    texts: dict[str, dict[str, str]],
    *,
    policy: str = "",
    **context: Any,
) -> HttpResponse:
    """Return a page in the buyer's language. `policy` is added to its content security policy."""
    accepted = request.headers.get("Accept-Language", "")
    language = "de" if accepted.lower().startswith("de") else "en"
    found = {"language": language, "style": _STYLE, **texts[language], **context}
    response = render(request, template, found)
    elsewhere = settings.SEATCAST_SITE_URL if settings.CLIENT_ORIGINS else ""
    # A form's answer leads back to the client, which may be another origin.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {_hash(_STYLE)}; form-action 'self' {elsewhere};"
        f" frame-ancestors 'none'; base-uri 'none'; {policy}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def script_source(script: str) -> str:
    """Return the source expression that admits an inline script."""
    return _hash(script)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
