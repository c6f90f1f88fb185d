"""The page with Stripe's card form."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views import View
from rest_framework.exceptions import Throttled

from infrastructure.slow_work.kinds import PAYMENT_PAGE
from infrastructure.slow_work.results import Results
from infrastructure.slow_work.turns import SlowWorkBusy, turn
from reservations.domain.errors import PaymentUnavailable
from reservations.domain.states import PaymentStatus
from reservations.formats.currencies import localised
from reservations.models import Payment
from reservations.payments.pages import (
    client_page,
    language_of,
    page,
    problem_page,
    refusal,
    script_source,
)
from reservations.payments.provider_calls import timed_call
from reservations.ports.payment_provider import provider

# By reference. In this process alone: they are secrets.
_secrets = Results(max_bytes=256 * 1024, seconds=60)

_TEXTS = {
    "en": {
        "title": "Pay by card",
        "test_mode": "Test mode: no money is taken.",
        "pay": "Pay",
        "back": "Back",
        "failed": "The payment did not go through. Try again, or go back to pay another way.",
        "unavailable": "The card form cannot be loaded just now. Go back, and try again later.",
    },
    "de": {
        "title": "Mit Karte zahlen",
        "test_mode": "Testbetrieb: Es wird kein Geld eingezogen.",
        "pay": "Zahlen",
        "back": "Zurück",
        "failed": "Die Zahlung hat nicht geklappt. Versuchen Sie es noch einmal, oder gehen Sie"
        " zurück, um auf anderem Weg zu zahlen.",
        "unavailable": "Das Kartenformular lässt sich gerade nicht laden. Gehen Sie zurück, und"
        " versuchen Sie es später noch einmal.",
    },
}
# Stripe.js handles 3-D Secure itself, in a frame over this page, and shows errors of a field beside
# it, in the page's language.
_SCRIPT = """
const form = document.forms[0];
const error = form.querySelector('.error');
const button = form.querySelector('button');
const { key, secret, language, back, failed, unavailable } = form.dataset;
const isDark = matchMedia('(prefers-color-scheme: dark)');

function appearance() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    theme: isDark.matches ? 'night' : 'stripe',
    labels: 'above',
    variables: {
      colorBackground: colour('--surface'),
      colorText: colour('--ink'),
      colorTextSecondary: colour('--muted'),
      colorPrimary: colour('--accent'),
      colorDanger: colour('--bad-ink'),
      fontFamily: 'system-ui, sans-serif',
      fontSizeBase: '16px',
      borderRadius: '12px',
    },
    rules: { '.Input': { borderColor: colour('--line-strong'), boxShadow: 'none' } },
  };
}

function cannotLoad() {
  error.textContent = unavailable;
  button.disabled = true;
}

if (typeof Stripe === 'undefined') {
  cannotLoad();
} else {
  const stripe = Stripe(key, { locale: language });
  const elements = stripe.elements({ clientSecret: secret, appearance: appearance() });
  const fields = elements.create('payment', { wallets: { applePay: 'never', googlePay: 'never' } });
  fields.on('loaderror', cannotLoad);
  fields.mount('#card');
  isDark.addEventListener('change', () => elements.update({ appearance: appearance() }));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    error.textContent = '';
    const result = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: new URL(back, location.href).href },
      redirect: 'if_required',
    });
    if (result.error === undefined) {
      location.assign(back);
      return;
    }
    if (result.error.type !== 'validation_error') {
      error.textContent = result.error.message || failed;
    }
    button.disabled = false;
  });
}
"""


class StripePageView(View):
    """Shows Stripe's card form for an open payment, to whoever pays. Only with Stripe."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponseBase:
        # Not imported before, because it takes a tenth of a second and only sites with Stripe
        # need it.
        from reservations.payments import stripe_provider

        if not isinstance(provider(), stripe_provider.StripeProvider):
            raise Http404
        if (answer := refusal(request, reference)) is not None:
            return answer
        payment = Payment.objects.filter(reference=reference).select_related("event").first()
        if payment is None or payment.status != PaymentStatus.OPEN:
            return redirect(client_page(reference))
        try:
            secret = _secret(payment)
        except Throttled:
            return problem_page(request, reference, status=429)
        except (PaymentUnavailable, SlowWorkBusy):
            return problem_page(request, reference, status=503)
        return page(
            request,
            "reservations/stripe_page.html",
            _TEXTS,
            policy=_policy(),
            amount=localised(payment.amount, payment.currency, language=language_of(request)),
            event_name=payment.event.name,
            is_test_mode=stripe_provider.is_test_mode(),
            key=settings.SEATCAST_STRIPE_PUBLISHABLE_KEY,
            secret=secret,
            script_url=settings.SEATCAST_STRIPE_JS_URL,
            script=_SCRIPT,
            back_url=client_page(reference),
        )


def _secret(payment: Payment) -> str:
    """Return the secret of a payment, which Stripe is asked for once a minute at most.

    Raises: PaymentUnavailable, Throttled, SlowWorkBusy.
    """
    from reservations.payments import stripe_provider

    key = payment.reference.encode()
    if (known := _secrets.get(key)) is not None:
        return known.decode()
    with turn(PAYMENT_PAGE, person=payment.user_id):
        secret = timed_call(lambda: stripe_provider.secret_of(payment))
    _secrets.put(key, secret.encode())
    return secret


def _policy() -> str:
    """Admit Stripe's script and frames, as its documentation requires."""
    script = urlsplit(settings.SEATCAST_STRIPE_JS_URL)
    origin = f"{script.scheme}://{script.netloc}"
    return (
        f"script-src {script_source(_SCRIPT)} {origin} https://*.js.stripe.com;"
        f" connect-src {settings.SEATCAST_STRIPE_API_URL} {origin};"
        f" frame-src {origin} https://*.js.stripe.com https://hooks.stripe.com;"
        " img-src 'self' https://*.stripe.com"
    )
