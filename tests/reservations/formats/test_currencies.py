"""Currencies: valid prices, and their display."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from reservations.formats.currencies import localised, require_currency, rounded, written
from reservations.models import Category, Event, Seat
from tests.factories import make_event

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    ("currency", "expected"), [("EUR", "50.00 EUR"), ("JPY", "50 JPY"), ("KWD", "50.000 KWD")]
)
def test_an_amount_has_as_many_decimals_as_its_currency(currency: str, expected: str) -> None:
    assert written(Decimal("50.00"), currency) == expected


@pytest.mark.parametrize(
    ("currency", "english", "german"),
    [
        ("EUR", "€1,080.00", "1.080,00 €"),
        ("JPY", "JPY 1,080", "1.080 JPY"),
        ("KWD", "KWD 1,080.000", "1.080,000 KWD"),
    ],
)
def test_an_amount_is_written_as_in_the_buyers_language(
    currency: str, english: str, german: str
) -> None:
    amounts = [localised(Decimal("1080.00"), currency, language=each) for each in ("en", "de")]
    assert [each.replace("\N{NO-BREAK SPACE}", " ") for each in amounts] == [english, german]


_EVENT: Any = {"name": "Concert", "venue": "Hall", "date": timezone.now(), "price": Decimal(5)}


@pytest.mark.parametrize("code", ["EUR", "CHF", "JPY", "KWD", "UGX", "MGA", "XOF", "CNY"])
def test_a_currency_of_iso_4217_is_accepted(code: str) -> None:
    require_currency(code)


@pytest.mark.parametrize(
    "code",
    [
        *("EUO", "ZZZ", "eur", "EURO", "EU", ""),
        pytest.param("XXX", id="no currency"),
        pytest.param("XTS", id="test"),
        pytest.param("XAU", id="gold"),
        pytest.param("XDR", id="drawing right"),
        pytest.param("CLF", id="fund"),
        pytest.param("DEM", id="withdrawn"),
    ],
)
def test_a_code_in_which_nobody_pays_is_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        require_currency(code)
    assert "currency" in _faults(Event(**_EVENT, currency=code))


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("454.5454", "JPY", "455"),
        ("454.5", "UGX", "455"),
        ("1.005", "EUR", "1.01"),
        ("1.2345", "KWD", "1.23"),
    ],
)
def test_a_computed_amount_is_rounded_to_the_currencys_decimals(
    amount: str, currency: str, expected: str
) -> None:
    assert rounded(Decimal(amount), currency) == Decimal(expected)


def test_a_withdrawn_currency_can_still_be_displayed() -> None:
    assert written(Decimal("50.00"), "HRK") == "50.00 HRK"


def _faults(checked: Event | Category | Seat) -> dict[str, list[str]]:
    try:
        checked.full_clean(exclude=["plan", "layout"])
    except ValidationError as error:
        return error.message_dict
    return {}


_NO_YEN = {"price": ["JPY is paid without decimals: give a whole amount."]}


@pytest.mark.parametrize(
    ("currency", "price", "faults"),
    [
        *(("JPY", "5000", {}), ("JPY", "5000.00", {}), ("JPY", "50.50", _NO_YEN)),
        *(("KWD", "12.50", {}), ("EUR", "50.50", {}), ("COP", "50.50", {})),
    ],
)
def test_a_price_with_too_many_decimals_is_refused(
    currency: str, price: str, faults: dict[str, Any]
) -> None:
    event = make_event(currency=currency, price="5000")
    for checked in (
        make_event(currency=currency, price=price),
        Category(event=event, name="Stalls", price=price),
        Seat(
            event=event, seat_number="B1", guid="B1", section="B", row="B", number="1", price=price
        ),
    ):
        assert _faults(checked) == faults
