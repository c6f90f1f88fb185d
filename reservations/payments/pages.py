"""Pages on which a payment's buyer answers their bank or fills in a provider's form.

They are apart from the client, so that only they have a content security policy that admits a
provider, and no script of a provider runs beside the seat map.

Only the API tells their addresses, and only to whoever pays: each has a signature that lasts for
LINK_SECONDS. So it works the same where the client, with its session or token, is on another host.
Everyone else is led to the payment's page in the client, which asks the API for a new address.
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from infrastructure.security_log.request_context import current_request
from reservations.runtime.throttles import throttle

LINK_SECONDS = 15 * 60
_RETRY_SECONDS = 5
_SIGNATURE = "pass"
_signer = TimestampSigner(salt="reservations.payments.pages")

_PROBLEM = {
    "en": {
        "title": "Paying",
        "sentence": "The payment provider does not answer just now. You were not charged. Try again"
        " in a moment.",
        "back": "Back",
    },
    "de": {
        "title": "Bezahlen",
        "sentence": "Der Zahlungsanbieter antwortet gerade nicht. Es wurde nichts abgebucht."
        " Versuchen Sie es gleich noch einmal.",
        "back": "Zurück",
    },
}

# The colours are those of the client's theme.
_STYLE = """
:root {
  color-scheme: light; font: 1rem/1.5 system-ui, sans-serif;
  --page: #f6f6f9; --surface: #fff; --ink: #17171f; --muted: #5d5f70; --line: #e5e5ed;
  --line-strong: #d2d3de; --accent: #4f38e0; --accent-ink: #4029c9; --on-accent: #fff;
  --bad: #c4314b; --bad-ink: #a3203a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --page: #101118; --surface: #191a23; --ink: #f1f1f6; --muted: #a3a5b8; --line: #282a37;
    --line-strong: #3b3d4e; --accent: #8c7bff; --accent-ink: #b3a7ff; --on-accent: #120c33;
    --bad: #f0697f; --bad-ink: #ff9fae;
  }
}
body { margin: 0; padding: clamp(24px, 9vh, 96px) 16px 48px; background: var(--page);
  color: var(--ink); }
main { box-sizing: border-box; max-inline-size: 28rem; margin: 0 auto;
  padding: clamp(24px, 5vw, 36px); border: 1px solid var(--line); border-radius: 24px;
  background: var(--surface); overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; letter-spacing: -0.02em; }
form { display: flex; gap: 0.75rem; flex-wrap: wrap; }
button { min-block-size: 2.75rem; padding: 0 1.25rem; border: 1px solid var(--line-strong);
  border-radius: 12px; background: transparent; color: inherit; font: inherit; font-weight: 600;
  cursor: pointer; }
button.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button:disabled { opacity: 0.6; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent-ink); }
.card { flex: 1 0 100%; min-inline-size: 0; }
.error { flex: 1 0 100%; margin: 0; color: var(--bad-ink); font-weight: 600; }
.error:empty { display: none; }
"""


def page_url(name: str, reference: str) -> str:
    """Return the address of a payment's page here, for whoever pays and nobody else."""
    signature = _signer.sign(reference).removeprefix(f"{reference}:")
    path = reverse(name, kwargs={"reference": reference})
    return f"{path}?{urlencode({_SIGNATURE: signature})}"


def refusal(request: HttpRequest, reference: str) -> HttpResponseBase | None:
    """Count a visit of a payment's page. Return the answer to who may not see it, else None.

    Who does not pay is led to the payment's page in the client, and counts for nobody.
    """
    if not _is_payer(request, reference):
        return redirect(client_page(reference))
    return problem_page(request, reference, status=429) if _is_too_often(reference) else None


def _is_payer(request: HttpRequest, reference: str) -> bool:
    """Return whether a visitor came by a `page_url` of this payment, not long ago."""
    try:
        _signer.unsign(f"{reference}:{request.GET.get(_SIGNATURE, '')}", max_age=LINK_SECONDS)
    except BadSignature:
        return False
    return True


def _is_too_often(reference: str) -> bool:
    """Count a visit. Return whether the payment or the network has had too many."""
    sent = current_request.get()
    by_payment, by_network = throttle("payment_page"), throttle("payment_page_network")
    return not (
        by_payment.allow(reference) and by_network.allow_address(sent.address() if sent else "")
    )


def problem_page(request: HttpRequest, reference: str, *, status: int) -> HttpResponse:
    """Return a page that says, in the buyer's language, to try again in a moment."""
    back = client_page(reference)
    response = page(request, "reservations/payment_problem.html", _PROBLEM, back_url=back)
    response.status_code = status
    response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


def client_page(reference: str) -> str:
    """Return the address of a payment's page in the client, absolute if that is elsewhere."""
    origin = settings.SEATCAST_SITE_URL if settings.CLIENT_ORIGINS else ""
    return f"{origin}/payments/{reference}"


def language_of(request: HttpRequest) -> str:
    """Return the language that the buyer chose in the client, else the browser's."""
    accepted = request.GET.get("language") or request.headers.get("Accept-Language", "")
    return "de" if accepted.lower().startswith("de") else "en"


def page(
    request: HttpRequest,
    template: str,
    texts: dict[str, dict[str, str]],
    *,
    policy: str = "img-src 'self'",
    **context: Any,
) -> HttpResponse:
    """Return a page in the buyer's language. `policy` is added to its content security policy."""
    language = language_of(request)
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
