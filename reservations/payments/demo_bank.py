"""The page of the demo's bank, which asks the buyer whether to pay."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from reservations.formats.currencies import localised
from reservations.models import DemoCharge
from reservations.payments.demo import DemoProvider
from reservations.payments.pages import client_page, language_of, page, refusal
from reservations.ports.payment_provider import provider

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
    """Asks whoever pays, and leads them back to the payment's page. Only with the demo provider."""

    def dispatch(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        if not isinstance(provider(), DemoProvider):
            raise Http404
        if (answer := refusal(request, reference)) is not None:
            return answer
        return super().dispatch(request, reference)

    def get(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        charge = get_object_or_404(DemoCharge, reference=reference)
        amount = localised(charge.amount, charge.currency, language=language_of(request))
        return page(request, "reservations/demo_bank.html", _TEXTS, amount=amount)

    def post(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        charge = get_object_or_404(DemoCharge, reference=reference)
        DemoProvider().answer_bank(reference=charge.reference, approves="approve" in request.POST)
        return redirect(client_page(reference))
