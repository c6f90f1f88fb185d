"""The page of the demo's bank, which asks the buyer whether to pay."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views import View

from reservations.currencies import localised
from reservations.models import DemoCharge
from reservations.payments.demo import DemoProvider
from reservations.payments.pages import client_page, language_of, page
from reservations.payments.provider import provider

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
    """Asks the buyer, and leads them back to the payment's page. Only with the demo's provider."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        charge = _charge(reference)
        amount = localised(charge.amount, charge.currency, language=language_of(request))
        return page(request, "reservations/demo_bank.html", _TEXTS, amount=amount)

    def post(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        charge = _charge(reference)
        DemoProvider().answer_bank(reference=charge.reference, approves="approve" in request.POST)
        return redirect(client_page(reference))


def _charge(reference: str) -> DemoCharge:
    """Return a charge. Raises: Http404, also with another provider."""
    found = DemoCharge.objects.filter(reference=reference).first()
    if found is None or not isinstance(provider(), DemoProvider):
        raise Http404
    return found
