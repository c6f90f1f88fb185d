"""A client that openapi-python-client generates from the schema can be imported, and works."""

import importlib
import pkgutil
import subprocess
import sys
from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from deploy.paths import ROOT
from tests.contract.conftest import BoxOffice
from tests.factories import PASSWORD

pytestmark = [pytest.mark.any_database, pytest.mark.usefixtures("connection_is_kept")]

SCHEMA = ROOT / "frontend" / "openapi.json"
NAME = "generated_client"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The generated package."""
    folder = tmp_path_factory.mktemp("generated")
    settings = folder / "settings.yaml"
    # Nothing has to be made pretty.
    settings.write_text("post_hooks: []\n")
    subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta=none"),
            *(f"--path={SCHEMA}", f"--output-path={folder / NAME}", f"--config={settings}"),
            "--fail-on-warning",
        ],
        check=True,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module(NAME)
        for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
            del sys.modules[name]


def _call(name: str) -> Any:
    """Return the module of a call, such as `login.login`."""
    return importlib.import_module(f"{NAME}.api.{name}")


def _form(name: str, **fields: Any) -> Any:
    """Return a body, of a class such as `SeatIdsRequest`."""
    return getattr(importlib.import_module(f"{NAME}.models"), name).from_dict(fields)


def _here() -> dict[str, Any]:
    return {"transport": httpx.WSGITransport(app=get_wsgi_application())}


def test_each_of_its_modules_can_be_imported(package: Any) -> None:
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{NAME}.")]
    assert f"{NAME}.api.login.login" in names
    for name in names:
        importlib.import_module(name)


def test_it_signs_in_by_cookie(package: Any, office: BoxOffice) -> None:
    office.alice.set_password(PASSWORD)
    office.alice.save()
    client = package.Client(base_url="http://testserver", httpx_args=_here())
    token = _call("csrf.csrf").sync(client=client).csrf_token
    body = _form("CredentialsRequest", username=office.alice.username, password=PASSWORD)
    signed_in = _call("login.login").sync(client=client, body=body, x_csrf_token=token)
    assert signed_in.user_id == office.alice.pk
    assert _call("me.me").sync(client=client).username == office.alice.username


def test_it_sells_a_seat_by_token(package: Any, office: BoxOffice) -> None:
    office.alice.set_password(PASSWORD)
    office.alice.save()
    stranger = package.Client(base_url="http://testserver", httpx_args=_here())
    body = _form("TokenCredentialsRequest", username=office.alice.username, password=PASSWORD)
    pair = _call("token.token").sync(client=stranger, body=body)
    alice = package.AuthenticatedClient(
        base_url="http://testserver", token=pair.access, httpx_args=_here()
    )
    [event] = _call("events.events").sync(client=alice, limit=1)
    wanted = [office.free]
    body = _form("SeatIdsRequest", seat_ids=wanted)
    locked = _call("events.lock_seats").sync(event.id, client=alice, body=body)
    assert [seat.id for seat in locked.seats] == wanted
    body = _form("ReserveRequest", seat_ids=wanted, payment_method="card")
    booked = _call("events.reserve").sync(event.id, client=alice, body=body)
    assert booked.reservation.seats == [locked.seats[0].seat_number]
    again = _call("events.lock_seats").sync(
        event.id, client=alice, body=_form("SeatIdsRequest", seat_ids=wanted)
    )
    assert again.conflicts[0].reason == "reserved"
