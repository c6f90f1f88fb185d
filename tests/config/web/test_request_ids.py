"""A request's id is the same in its response, its error, its logs and its changes."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from pytest_django import Settings

from config.web.request_ids import active_request, request_id, with_request_id
from reservations.models import SeatChange
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, seat_ids, signed_in, stranger

GIVEN = str(uuid4())


def _answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request_id()} {request.headers['X-Request-ID']}")


async def _answer_later(request: HttpRequest) -> HttpResponse:
    return _answer(request)


def _behind(settings: Settings, proxies: int) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}


def _ids(response: Any) -> set[str]:
    return {response.headers["X-Request-ID"], *response.content.decode().split()}


@pytest.mark.parametrize(
    ("proxies", "given", "is_kept"),
    [(1, GIVEN, True), (0, GIVEN, False), (1, f"{GIVEN}\n", False), (1, "x" * 36, False)],
    ids=["the proxy's", "a client's", "with more than an id", "no id"],
)
async def test_only_ids_from_the_proxy_are_used(
    settings: Settings, proxies: int, given: str, is_kept: bool
) -> None:
    _behind(settings, proxies)
    headers = {"X-Request-ID": given}
    at_once: Any = with_request_id(_answer)(RequestFactory().get("/", headers=headers))
    later: Any = with_request_id(_answer_later)(AsyncRequestFactory().get("/", headers=headers))
    for response in (at_once, await later):
        (found,) = _ids(response)
        assert str(UUID(found)) == found
        assert (found == given) == is_kept
    assert active_request() is None


def test_errors_outside_of_views_have_an_id() -> None:
    first, second = (stranger().get("/api/no/such/call") for _ in range(2))
    refusal(first, 404, "not_found")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


@pytest.mark.django_db
def test_a_change_is_logged_with_the_id_of_its_request() -> None:
    event, alice = make_event(), make_user()
    (seat_id,) = seat_ids(event)[:1]
    answer = signed_in(alice).post(f"/api/events/{event.pk}/seats/{seat_id}/lock/")
    assert str(SeatChange.objects.get(event=event).request_id) == answer.headers["X-Request-ID"]
