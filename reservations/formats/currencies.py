"""ISO 4217 currencies and their number of decimals.

Amounts are stored with two decimals: where a currency has three, the third one is 0.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import number_format
from iso4217 import raw_xml

from reservations.ports.payment_provider import chargeable_decimals

_STORED = _USUAL = 2
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}


def _decimals_by_code() -> dict[str, int]:
    """Read the currencies that prices can be in from ISO 4217's list.

    The codes of metals, for tests and for "no currency" have no decimals there ("N.A."). Those of
    funds, such as CLF, are units of account in which nobody pays.
    """
    found: dict[str, int] = {}
    for entry in raw_xml.iterfind("CcyTbl/CcyNtry"):
        name = entry.find("CcyNm")
        code, decimals = entry.findtext("Ccy", ""), entry.findtext("CcyMnrUnts", "")
        if decimals.isdigit() and name is not None and name.get("IsFund") is None:
            found[code] = int(decimals)
    return found


_DECIMALS = _decimals_by_code()


def decimals_of(currency: str) -> int:
    """Return a currency's number of decimals: two if ISO 4217 no longer has it.

    Bookings outlive their currency.
    """
    return _DECIMALS.get(currency, _USUAL)


def written(amount: Decimal, currency: str) -> str:
    """Format an amount for display, such as 80.00 EUR, 5000 JPY or 12.500 KWD."""
    return f"{amount:.{decimals_of(currency)}f} {currency}"


def localised(amount: Decimal, currency: str, *, language: str) -> str:
    """Format an amount in a language: €1,080.00 in English, 1.080,00 € in German.

    For the pages that servers write; the client formats amounts itself.
    """
    with translation.override(language):
        number = number_format(amount, decimal_pos=decimals_of(currency), force_grouping=True)
    symbol = _SYMBOLS.get(currency)
    if language == "de":
        return f"{number}\N{NO-BREAK SPACE}{symbol or currency}"
    return f"{symbol}{number}" if symbol else f"{currency}\N{NO-BREAK SPACE}{number}"


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round a computed amount, such as a tax, to the currency's decimals: at most two."""
    unit = Decimal(1).scaleb(-min(decimals_of(currency), _STORED))
    return amount.quantize(unit, rounding=ROUND_HALF_UP)


def require_currency(code: str) -> None:
    """Require a currency of ISO 4217 in which people pay. Raises: ValidationError."""
    if code not in _DECIMALS:
        raise ValidationError({"currency": "Give a currency's code of ISO 4217, such as EUR."})


def require_payable(amount: Decimal | None, currency: str, *, field: str = "price") -> None:
    """Require an amount that the currency has, and that the payment provider can charge in it.

    Raises: ValidationError for the field.
    """
    if amount is not None and not is_payable(amount, currency):
        sentence = f"{currency} is paid without decimals: give a whole amount."
        raise ValidationError({field: ValidationError(sentence, code="decimals")})


def is_payable(amount: Decimal, currency: str) -> bool:
    """Return whether the currency has an amount and the payment provider can charge it."""
    return amount == round(amount, min(decimals_of(currency), chargeable_decimals(currency)))
