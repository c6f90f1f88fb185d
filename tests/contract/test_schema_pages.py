"""The schema and its page are public."""

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.factories import stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize("path", ["/api/schema/", "/api/schema/?format=json", "/api/docs/"])
def test_the_schema_is_public(path: str) -> None:
    response = stranger().get(path)
    assert response.status_code == 200
    assert b"Seatcast" in response.content


def test_the_schema_page_loads_nothing_from_other_hosts() -> None:
    page = stranger().get("/api/docs/").content
    assert b"//cdn" not in page
    assert b"/static/drf_spectacular_sidecar/" in page


def test_the_schema_is_generated_once_for_each_format(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = {form: stranger().get(f"/api/schema/?format={form}") for form in ("yaml", "json")}
    monkeypatch.setattr(SchemaGenerator, "get_schema", None)
    for form, answer in first.items():
        again = stranger().get(f"/api/schema/?format={form}&lang=de&version=x")
        assert again.status_code == 200
        assert again.content == answer.content
        assert again.headers["Content-Type"] == answer.headers["Content-Type"]
