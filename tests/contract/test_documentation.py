"""The schema and its page can be read by anyone."""

import pytest

from tests.factories import stranger

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/schema/", "/api/schema/?format=json", "/api/docs/"])
def test_it_is_open_to_everybody(path: str) -> None:
    response = stranger().get(path)
    assert response.status_code == 200
    assert b"Seatcast" in response.content


def test_the_page_loads_nothing_from_elsewhere() -> None:
    page = stranger().get("/api/docs/").content
    assert b"//cdn" not in page
    assert b"/static/drf_spectacular_sidecar/" in page
