"""Amounts as Stripe counts them: in the smallest unit of each currency, with exceptions.

Source: https://docs.stripe.com/currencies, "Minor units in API amounts" and "Special cases".
"""

from decimal import Decimal
from typing import NamedTuple

from reservations.formats.currencies import decimals_of


class NotChargeable(ValueError):
    """An amount that Stripe cannot charge or refund to the last digit."""


class _Count(NamedTuple):
    """How Stripe counts a currency: `units` are one of the currency's main unit.

    `decimals` are those that an amount may have, which are fewer than `units` can express where
    Stripe wants the last digits to be 0.
    """

    units: int
    decimals: int


_USUAL = _Count(units=100, decimals=2)
_EXCEPTIONS = {
    # "Zero-decimal currencies". MGA has two decimals in ISO 4217.
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"), _Count(units=1, decimals=0)
    ),
    **dict.fromkeys(("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"), _Count(units=1, decimals=0)),
    # "Special cases": without decimals, and nevertheless counted in hundredths.
    **dict.fromkeys(("ISK", "UGX"), _Count(units=100, decimals=0)),
    # "Three-decimal currencies": the last digit is to be 0.
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), _Count(units=1000, decimals=2)),
}


# Source: https://docs.stripe.com/currencies, "Minimum and maximum charge amounts". Stripe tells
# itself of those that the currency of its account makes necessary.
_MINIMUMS = {
    **dict.fromkeys(("USD", "AUD", "BRL", "CAD", "CHF", "EUR", "INR", "NZD", "SGD"), "0.50"),
    **{"AED": "2.00", "BGN": "1.00", "CZK": "15.00", "DKK": "2.50", "GBP": "0.30", "HKD": "4.00"},
    **{"HUF": "175.00", "JPY": "50", "MXN": "10", "MYR": "2", "NOK": "3.00", "PLN": "2.00"},
    **{"RON": "2.00", "SEK": "3.00", "THB": "10"},
}


def minimum(currency: str) -> Decimal | None:
    """Return the least amount that Stripe charges in a currency; None if there is no rule."""
    found = _MINIMUMS.get(currency)
    return None if found is None else Decimal(found)


def chargeable_decimals(currency: str) -> int:
    """Return how many decimals an amount may have that Stripe charges."""
    return _EXCEPTIONS.get(currency, _USUAL).decimals


def main_units(amount: int, currency: str) -> Decimal:
    """Return an amount of Stripe's in the currency's main unit."""
    return Decimal(amount) / _EXCEPTIONS.get(currency, _USUAL).units


def minor_units(amount: Decimal, currency: str) -> int:
    """Return an amount as Stripe counts it.

    Raises: NotChargeable if the amount has more decimals than Stripe charges, or if it is unknown
    how Stripe counts the currency.
    """
    count = _EXCEPTIONS.get(currency, _USUAL)
    if currency not in _EXCEPTIONS and decimals_of(currency) != _USUAL.decimals:
        raise NotChargeable(f"It is unknown how Stripe counts {currency}.")
    if amount != round(amount, count.decimals):
        raise NotChargeable(f"Stripe charges {currency} with {count.decimals} decimals: {amount}")
    return int(amount * count.units)
