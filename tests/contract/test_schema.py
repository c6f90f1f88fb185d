"""Responses match the schema, for input that it allows and input that it does not."""

from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework_simplejwt.tokens import AccessToken
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.calls import (
    CALLS,
    CALLS_OF_A_RESERVATION,
    CALLS_OF_AN_EVENT,
    Call,
)
from tests.contract.conftest import BoxOffice
from tests.factories import stranger

pytestmark = [pytest.mark.any_database, pytest.mark.usefixtures("connection_is_kept")]

EXAMPLES = settings().max_examples // 30
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@cache
def _schema() -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


def _operation(call: Call) -> tuple[str, str]:
    """Return a call's path and method in the schema."""
    path = call.path.replace("{held}", "{seat}")
    for name in (
        *("event", "seat", "reservation", "passkey", "sign_in"),
        *("organisation", "user", "invitation", "plan", "endpoint", "delivery", "door"),
    ):
        path = path.replace(f"{{{name}}}", f"{{{name}_id}}")
    for name in ("organisation", "user", "invitation"):
        path = path.replace(f"{{{name}}}", f"{{{name}_id}}")
    path = path.replace("/versions/1/", "/versions/{number}/")
    return path.replace("/exports/tickets/", "/exports/{table}/"), call.method.lower()


@cache
def _paths() -> Any:
    return stranger().get("/api/schema/?format=json").json()["paths"]


CALLS_OF_THE_DESK = [
    call
    for call in (*CALLS_OF_AN_EVENT, *CALLS_OF_A_RESERVATION)
    if call.needs_person and call.is_write and not (call.is_edit or call.is_file)
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_the_schema_lists_the_errors_of_each_call(call: Call) -> None:
    path, method = _operation(call)
    answers = _paths()[path][method]["responses"]
    by_desk = call in CALLS_OF_THE_DESK
    by_credentials = call.path in (
        "/api/login/",
        "/api/token/",
        "/api/token/refresh/",
        "/api/token/revoke/",
        "/api/login/second-factor/",
        "/api/token/second-factor/",
    )
    expected = {
        400: call.is_write,
        401: call.needs_person or by_credentials,
        403: call.needs_csrf,
        404: "{" in call.path,
        409: by_desk,
        415: call.is_write,
        422: by_desk,
        429: True,
        503: call.path != "/api/csrf/",
    }
    assert {code for code, needed in expected.items() if needed} <= {int(code) for code in answers}
    for code, answer in answers.items():
        if int(code) >= 400:
            kind = answer["content"]["application/json"]["schema"]["$ref"]
            assert kind == "#/components/schemas/Refusal"


@pytest.mark.parametrize(
    ("call", "mode"),
    [
        # The other files test the errors of each call.
        pytest.param(
            call, mode, marks=() if mode is GenerationMode.POSITIVE else pytest.mark.thorough
        )
        for call in CALLS
        for mode in GenerationMode
        # A call without input has no invalid input.
        if mode is GenerationMode.POSITIVE or call.is_write or "{" in call.path
    ],
    ids=lambda value: getattr(value, "name", None) or value.value,
)
def test_every_response_matches_the_schema(
    call: Call, mode: GenerationMode, office: BoxOffice
) -> None:
    # The test client does not decompress.
    headers, cookies = {"Accept-Encoding": "identity"}, dict[str, str]()
    if call.needs == "csrf":
        cookies["csrftoken"] = headers["X-CSRFToken"] = "0" * 32
    else:
        headers["Authorization"] = f"Bearer {AccessToken.for_user(office.caller(call))}"
    path, method = _operation(call)
    operation = _schema()[path][method.upper()]
    seats = [office.free, office.held, office.held_by_bob, office.booked]
    known = {
        "event_id": office.event.pk,
        "layout": office.event.layout,
        "code": office.code,
        "reference": office.payment,
        "reservation_id": office.reservation,
        "passkey_id": office.factors["passkey"],
        "sign_in_id": office.sign_in,
        "organisation_id": office.organisation.pk,
        "user_id": office.carol.pk,
        "invitation_id": office.invitation.pk,
        "plan_id": office.plan,
        "endpoint_id": office.endpoint,
        "delivery_id": office.delivery,
        "door_id": str(office.door),
        "code_id": office.promo_code.pk,
        "number": 1,
        "table": "tickets",
        "group": "east",
    }

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(mode), is_known=st.booleans(), seat=st.sampled_from(seats))
    def run(case: Any, is_known: bool, seat: int) -> None:
        if is_known and case.path_parameters:
            ids = {**known, "seat_id": seat}
            case.path_parameters |= {name: ids[name] for name in case.path_parameters}
        if is_known and isinstance(case.body, dict) and "seat_ids" in case.body:
            case.body["seat_ids"] = [seat]
        case.call_and_validate(headers=headers, cookies=cookies, checks=CHECKS)

    run()
