"""The page of the demo's bank, which asks the buyer whether to pay."""

from base64 import b64encode
from hashlib import sha256

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views import View

from reservations.models import DemoCharge
from reservations.payments.demo import DemoProvider
from reservations.payments.provider import provider
from reservations.read.records import money

_STYLE = (
    ":root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }"
    " body { max-inline-size: 26rem; margin: 12vh auto; padding: 0 1rem; }"
    " form { display: flex; gap: 0.75rem; flex-wrap: wrap; }"
    " button { font: inherit; min-block-size: 2.75rem; padding: 0 1.25rem; }"
)
_TEXTS = {
    "en": {
        "title": "The demo's bank",
        "question": "Do you want to pay this amount?",
        "note": "This is a demo: no money is taken.",
        "approve": "Approve",
        "decline": "Decline",
    },
    "de": {
        "title": "Die Bank der Demo",
        "question": "Möchten Sie diesen Betrag zahlen?",
        "note": "Das ist eine Demo: Es wird kein Geld eingezogen.",
        "approve": "Freigeben",
        "decline": "Ablehnen",
    },
}


class DemoBankView(View):
    """Asks the buyer, and leads them back to the payment's page. Only with the demo's provider.

    Like a bank's, the page knows its visitors by the address to which they were led.
    """

    def get(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        return _page(request, _charge(reference))

    def post(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        charge = _charge(reference)
        DemoProvider().answer_bank(reference=charge.reference, approves="approve" in request.POST)
        return redirect(f"{_client()}/payments/{reference}")


def _charge(reference: str) -> DemoCharge:
    """Return a charge. Raises: Http404, also with another provider."""
    found = DemoCharge.objects.filter(reference=reference).first()
    if found is None or not isinstance(provider(), DemoProvider):
        raise Http404
    return found


def _client() -> str:
    """Return the client's origin if it is elsewhere, otherwise an empty string."""
    return settings.SEATCAST_SITE_URL if settings.CLIENT_ORIGINS else ""


def _page(request: HttpRequest, charge: DemoCharge) -> HttpResponse:
    accepted = request.headers.get("Accept-Language", "")
    language = "de" if accepted.lower().startswith("de") else "en"
    amount = f"{money(charge.amount)} {charge.currency}"
    found = {"language": language, "amount": amount, "style": _STYLE, **_TEXTS[language]}
    response = render(request, "reservations/demo_bank.html", found)
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    # The form's answer leads back to the client, which may be another origin.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self' {_client()};"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
