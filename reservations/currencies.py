"""ISO 4217 currencies and their number of decimals.

Prices are stored with two decimals: where a currency has three, the third one is 0.
"""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import number_format

_USUAL = 2
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}


def written(amount: Decimal, currency: str) -> str:
    """Format an amount for display, such as 80.00 EUR, 5000 JPY or 12.500 KWD."""
    return f"{amount:.{_DECIMALS.get(currency, _USUAL)}f} {currency}"


def localised(amount: Decimal, currency: str, *, language: str) -> str:
    """Format an amount in a language: €1,080.00 in English, 1.080,00 € in German.

    For the pages that servers write; the client formats amounts itself.
    """
    decimals = _DECIMALS.get(currency, _USUAL)
    with translation.override(language):
        number = number_format(amount, decimal_pos=decimals, force_grouping=True)
    symbol = _SYMBOLS.get(currency)
    if language == "de":
        return f"{number}\N{NO-BREAK SPACE}{symbol or currency}"
    return f"{symbol}{number}" if symbol else f"{currency}\N{NO-BREAK SPACE}{number}"


def require_currency(code: str) -> None:
    """Require three capital letters. Raises: ValidationError."""
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValidationError({"currency": "Give the three letters of ISO 4217, such as EUR."})


def require_payable(price: Decimal | None, currency: str) -> None:
    """Require a whole amount in currencies without decimals. Raises: ValidationError."""
    if price is not None and _DECIMALS.get(currency) == 0 and price % 1:
        raise ValidationError({"price": f"{currency} has no decimals: give a whole amount."})
