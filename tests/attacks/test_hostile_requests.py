"""Headers, cookies and paths that no client sends are refused or ignored, never a server error."""

from typing import Any

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from tests.contract.calls import refusal, send
from tests.contract.conftest import BoxOffice
from tests.factories import stranger

pytestmark = pytest.mark.any_database

FORM = "application/x-www-form-urlencoded"
CHARSETS = [
    *("utf-7", "utf-16", "utf-32", "unicode_escape", "raw_unicode_escape", "idna", "punycode"),
    *("rot13", "base64", "zip", "undefined", "mbcs", "latin-1", "ascii", "no-such", "'", ""),
]
WEIRD_FORMS = [
    b"username=%2B2AA-&password=x",
    b"username=\\ud800&password=\\ud800",
    b"username=%ED%A0%80&password=%ED%A0%80",
    b"username=%00&password=%00",
    b"username=\xff\xfe&password=\xff",
    b"username",
    b"&=&=&",
    b"username=a&username=b&password=c&password=d",
]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize(
    "path",
    [
        "/api/login/",
        *(
            pytest.param(path, marks=pytest.mark.thorough)
            for path in ("/api/token/", "/api/register/")
        ),
    ],
)
def test_a_form_in_any_charset_is_no_server_error(
    path: str, charset: str, db: None, subtests: pytest.Subtests
) -> None:
    for body in WEIRD_FORMS:
        with subtests.test(body=body):
            response = send(
                stranger(), "POST", path, data=body, content_type=f"{FORM}; charset={charset}"
            )
            if response.status_code == 401:
                refusal(response, 401, "invalid_credentials")
            else:
                assert response.json()["code"] in ("malformed", "invalid")
                assert response.status_code == 400


MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="f"\r\n\r\nabc\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, b"--x\r\nbroken"),
        (MULTIPART, b""),
        (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n\xff\r\n--x--'),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=\xe9", b"--x--"),
        (MULTIPART, b"".join(PART % number for number in range(150)) + b"--x--\r\n"),
        (FORM, b"&".join(b"a%d=1" % number for number in range(2_000))),
        (FORM, b"username=" + b"x" * 400_000),
        (FORM, b"username=" + b"x" * 200_000),
        ("application/json; charset=utf-16", b'{"username": 1}'),
        ("application/json; charset=rot13", b'{"username": 1}'),
    ],
)
def test_a_malformed_form_is_refused(content_type: str, body: bytes, db: None) -> None:
    response = send(stranger(), "POST", "/api/login/", data=body, content_type=content_type)
    assert response.status_code == 400
    assert response.json()["code"] in ("malformed", "invalid")


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a",
            "Bearer ..",
            "Bearer a.b.c",
            "Bearer \xff",
        ),
        f"Bearer {'a' * 60_000}",
        f"Bearer {'eyJhbGciOiJub25lIn0'}.eyJ1c2VyX2lkIjoxfQ.",
    ],
)
def test_a_bad_token_is_refused_whatever_else_the_request_carries(
    header: str, office: BoxOffice
) -> None:
    for client in (stranger(), office.browser(office.alice)):
        response = client.get("/api/me/", HTTP_AUTHORIZATION=header)
        assert response.status_code == 401
        refusal(response, 401, response.json()["code"])
        # Also on public calls, so that the client learns of it.
        assert client.get("/api/events/", HTTP_AUTHORIZATION=header).status_code == 401


@pytest.mark.parametrize(
    "header", ["", " ", "Basic YTpi", "Basic", "Digest x", "Token x", "\xff", "é ü", "a" * 60_000]
)
def test_other_authorization_schemes_are_anonymous(header: str, office: BoxOffice) -> None:
    response = stranger().get("/api/me/", HTTP_AUTHORIZATION=header)
    refusal(response, 401, "not_authenticated")
    assert stranger().get("/api/events/", HTTP_AUTHORIZATION=header).status_code == 200


@pytest.mark.parametrize(
    "cookie",
    [
        "sessionid=",
        "sessionid=x",
        f"sessionid={'x' * 5_000}",
        'sessionid="abcdefghij\\000"',
        'sessionid="abcdefghij\\355\\240\\200"',
        "sessionid=%00%00%00%00%00%00%00%00",
        "sessionid=' OR 1=1 --",
        "sessionid=é",
        "csrftoken=\x01; sessionid",
        ";;;=;=",
    ],
)
def test_an_unknown_session_is_anonymous(cookie: str, db: None) -> None:
    response = stranger().get("/api/me/", HTTP_COOKIE=cookie)
    refusal(response, 401, "not_authenticated")
    for path in ("/api/events/", "/api/csrf/", "/admin/login/"):
        assert stranger().get(path, HTTP_COOKIE=cookie).status_code == 200


def test_a_token_takes_precedence_over_a_session(office: BoxOffice) -> None:
    client = office.browser(office.alice)
    token = AccessToken.for_user(office.bob)
    response = client.get("/api/me/", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert response.json()["username"] == "bob"


@pytest.mark.parametrize("host", ["evil.example", "a b", "", "localhost:x", "[::", "é", "x" * 300])
def test_an_unknown_host_is_refused(host: str, db: None) -> None:
    refusal(stranger().get("/api/events/", HTTP_HOST=host), 400, "malformed")


PATHS = [
    *("/api/", "/api", "/api/nothing/", "/api/events/1/lock", "/api/events//", "/api//events/"),
    *("/api/%ff/", "/api/%00", "/api/events/%0a1/", "/api/events/1%0a/", "/api/%f0%9f%8e%ad/"),
    *("/api/..%2f..%2fetc/passwd", "/api/events/1/seats/1/steal/", f"/api/{'x' * 5_000}/"),
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_404(method: str, path: str, office: BoxOffice) -> None:
    refusal(send(office.browser(office.alice), method, path), 404, "not_found")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"HTTP_ACCEPT": "text/html"}, 406, "not_acceptable"),
        ({"HTTP_ACCEPT": "application/xml;q=0.9"}, 406, "not_acceptable"),
        ({"HTTP_ACCEPT": ";;/, garbage"}, 406, "not_acceptable"),
        ({"QUERY_STRING": "format=xml"}, 404, "not_found"),
    ],
)
def test_an_unsupported_response_format_is_refused(
    headers: dict[str, Any], status: int, code: str, db: None
) -> None:
    refusal(stranger().get("/api/events/", **headers), status, code)


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ACCEPT": "*/*, text/html"},
        {"HTTP_ACCEPT_LANGUAGE": "xx-\xff, de"},
        {"HTTP_X_FORWARDED_FOR": "\xff, ::1, not-an-address"},
        {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_RANGE": "bytes=0-1"},
        {"HTTP_IF_MODIFIED_SINCE": "yesterday"},
        {"QUERY_STRING": "a=%ff&%00=1&page=-1"},
        {"CONTENT_TYPE": "text/plain; charset=rot13"},
        {"CONTENT_LENGTH": "x"},
    ],
)
def test_meaningless_headers_and_parameters_are_ignored(
    headers: dict[str, Any], office: BoxOffice
) -> None:
    for path in ("/api/events/", f"/api/events/{office.event.pk}/seats/"):
        response = stranger().get(path, **headers)
        assert response.status_code == 200
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "OPTIONS", "HEAD"])
def test_an_unusual_method_is_refused_or_read_only(method: str, office: BoxOffice) -> None:
    before, client = office.state(), office.browser(office.alice)
    for path in ("/api/events/", f"/api/events/{office.event.pk}/lock/"):
        response = send(client, method, path)
        assert response.status_code in (200, 405)
    assert office.state() == before
