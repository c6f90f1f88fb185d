"""Every call of the API, made correctly and with every general error."""

from itertools import product

import pytest

from config.web.parsers import MAX_BODY_BYTES
from tests.conftest import Sample
from tests.contract.calls import (
    CALLS,
    CALLS_OF_AN_EVENT,
    CALLS_WITH_BODY,
    WRITES,
    Call,
    few,
    refusal,
    send,
)
from tests.contract.conftest import BoxOffice
from tests.factories import (
    make_event,
    seat_ids,
    signed_in,
    signed_in_without_csrf,
    stranger,
    with_token,
)

pytestmark = pytest.mark.any_database

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _each(calls: list[Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls, ids=lambda call: call.name)


def _few(calls: list[Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", few(calls))


def test_every_call_of_the_schema_is_in_the_table() -> None:
    schema = stranger().get("/api/schema/?format=json").json()
    names = {
        f"{method.upper()} {path}" for path, calls in schema["paths"].items() for method in calls
    }
    placeholders = {"{event_id}": "{event}", "{seat_id}": "{seat}"}
    placeholders["{reservation_id}"] = "{reservation}"
    placeholders |= {"{organisation_id}": "{organisation}"}
    placeholders |= {"{passkey_id}": "{passkey}", "{sign_in_id}": "{sign_in}"}
    for name in ("organisation", "user", "invitation", "plan", "endpoint", "delivery", "door"):
        placeholders[f"{{{name}_id}}"] = f"{{{name}}}"
    for placeholder, ours in placeholders.items():
        names = {name.replace(placeholder, ours) for name in names}
    names = {name.replace("{number}", "1").replace("{table}", "tickets") for name in names}
    assert names == {call.name.replace("{held}", "{seat}") for call in CALLS}


@_each([call for call in CALLS if not (call.has_steps or call.is_file)])
def test_a_valid_call_succeeds(call: Call, office: BoxOffice) -> None:
    response = office.send(call, stranger() if call.path == "/api/login/" else None)
    assert response.status_code in (200, 201), response.content
    assert response.headers["Content-Type"] == "application/json"


@_few([call for call in CALLS if call.needs_person and not (call.has_steps or call.is_file)])
def test_a_call_with_a_token_succeeds(call: Call, office: BoxOffice) -> None:
    assert office.send(call, with_token(office.caller(call))).status_code in (200, 201)


@_few(list({call.path: call for call in CALLS}.values()))
def test_a_wrong_method_is_405(call: Call, office: BoxOffice) -> None:
    right = {other.method for other in CALLS if other.path == call.path}
    before, client = office.state(), office.browser(office.caller(call))
    for method in set(METHODS) - right:
        response = send(client, method, office.path(call))
        refusal(response, 405, "method_not_allowed")
        assert right <= {word.strip() for word in response.headers["Allow"].split(",")}
    assert office.state() == before


# The permission table has this for each call too.
@pytest.mark.thorough
@_each([call for call in CALLS if call.needs_person])
def test_an_anonymous_call_is_401(call: Call, office: BoxOffice) -> None:
    before = office.state()
    refusal(office.send(call, stranger()), 401, "not_authenticated")
    assert office.state() == before


@_each([call for call in CALLS if call.needs_csrf])
def test_a_write_without_csrf_token_is_403(call: Call, office: BoxOffice) -> None:
    before = office.state()
    refusal(office.send(call, signed_in_without_csrf(office.caller(call))), 403, "csrf_failed")
    wrong = office.browser(office.caller(call))
    wrong.credentials(HTTP_X_CSRFTOKEN="0" * 32)
    refusal(office.send(call, wrong), 403, "csrf_failed")
    assert office.state() == before


MALFORMED = {
    "cut off": b'{"seat_ids": [1',
    "no JSON": b"seat_ids=1",
    "a comma too many": b'{"seat_ids": [1,]}',
    "two values": b"{} {}",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "not a number": b'{"seat_ids": [NaN]}',
    "infinity": b'{"seat_ids": [-Infinity]}',
    "half a character": b'{"a": "\\ud800"}',
    "half a character in a name": b'{"\\udfff": 1}',
    "a raw control character": b'{"a": "\x00"}',
    "nesting": b"[" * 30_000 + b"]" * 30_000,
    "nesting in a field": b'{"seat_ids":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "a number of too many digits": b'{"seat_ids": [' + b"9" * 5_000 + b"]}",
    "too much": b'{"seat_ids": [' + b"1," * (MAX_BODY_BYTES // 2) + b"1]}",
    "too much of nothing": b"{}" + b" " * MAX_BODY_BYTES,
}


@_few([call for call in WRITES if not (call.is_document or call.is_file)])
def test_a_malformed_body_is_400(
    call: Call, office: BoxOffice, subtests: pytest.Subtests, is_thorough: bool, sample: Sample
) -> None:
    faults = sample(list(MALFORMED), WRITES.index(call), step=4)
    before = office.state()
    caller = office.caller(call)
    clients = {"session": signed_in(caller)}
    # Authentication comes before parsing, so tokens are tried only in thorough runs.
    if is_thorough and call.needs != "csrf":
        clients["token"] = with_token(caller)
    for (sign_in, client), fault in product(clients.items(), faults):
        with subtests.test(fault, sign_in=sign_in):
            response = send(client, call.method, office.path(call), data=MALFORMED[fault])
            refusal(response, 400, "malformed")
    assert office.state() == before


NO_OBJECTS = [b"[]", b"[{}]", b"null", b"1", b'"words"', b"true"]


@_few(CALLS_WITH_BODY)
def test_a_body_that_is_no_object_is_400(
    call: Call, office: BoxOffice, subtests: pytest.Subtests, sample: Sample
) -> None:
    before, client = office.state(), office.browser(office.caller(call))
    for body in sample(NO_OBJECTS, CALLS_WITH_BODY.index(call), step=3):
        with subtests.test(body=body):
            response = send(client, call.method, office.path(call), data=body)
            assert refusal(response, 400, "invalid")["fields"]
    assert office.state() == before


@_few([call for call in CALLS_WITH_BODY if call.required])
def test_a_missing_body_is_400(call: Call, office: BoxOffice) -> None:
    response = send(office.browser(office.caller(call)), call.method, office.path(call))
    found = refusal(response, 400, "invalid")
    assert set(found["fields"]) == call.required


MEDIA_TYPES = ["text/plain", "application/xml", "image/png", "x", "/", "application/json2"]


@_few([call for call in WRITES if not call.is_file])
def test_a_body_of_another_media_type_is_415(
    call: Call, office: BoxOffice, subtests: pytest.Subtests, sample: Sample
) -> None:
    before, client = office.state(), office.browser(office.caller(call))
    for word in sample(MEDIA_TYPES, WRITES.index(call), step=3):
        with subtests.test(content_type=word):
            response = send(client, call.method, office.path(call), data=b"{}", content_type=word)
            refusal(response, 415, "unsupported_media_type")
    assert office.state() == before


FREE_IDS = {"reservation": "Z" * 16}
FREE_ID = str(2**63 - 1)
NO_IDS = ["0", "-1", "x", "1.0", "1e3", str(2**63), str(10**30), "%00", "%0A1", "1%20", "%D9%A1"]
NO_IDS += ["U" * 16, "A" * 17]


@pytest.mark.parametrize(
    ("name", "call"),
    few(
        (name, call)
        for call in CALLS
        for name in ("event", "seat", "held", "reservation", "organisation", "plan")
        if f"{{{name}}}" in call.path
    ),
)
def test_an_unknown_object_is_404(
    name: str, call: Call, office: BoxOffice, subtests: pytest.Subtests, sample: Sample
) -> None:
    client = office.browser(office.caller(call))
    free = FREE_IDS.get(name, FREE_ID)
    for number in (free, *sample(NO_IDS, CALLS.index(call), step=4)):
        with subtests.test(number=number):
            path = office.path(call, **{name: number})
            response = send(client, call.method, path, data=b"{}")
            kind = {"held": "seat"}.get(name, name)
            refusal(response, 404, f"{kind}_not_found" if number == free else "not_found")


@_each(
    [
        call
        for call in CALLS_OF_AN_EVENT
        if call.is_write and ("held}" in str(call) or "seat}" in str(call))
    ]
)
def test_a_seat_of_another_event_is_404(call: Call, office: BoxOffice) -> None:
    other = make_event()
    before = office.state()
    body = call.body and {**office.body(call), "seat_ids": [seat_ids(other)[0], office.held]}
    path = office.path(call, seat=seat_ids(other)[0], held=seat_ids(other)[0])
    response = office.browser(office.caller(call)).post(path, body)
    assert refusal(response, 404, "seat_not_found")["seat_ids"] == [seat_ids(other)[0]]
    assert office.state() == before
