"""What the settings say about TLS holds for every connection that a server makes.

The services of the tests have no TLS of their own, so a front is put before them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.tls.connections import (
    HOST,
    REDIS_WAYS,
    Certificate,
    certificate,
    database_url,
    errors,
    redis_url,
)
from tests.tls.front import tls_front
from tests.tls.mail_server import mail_server
from tools.services import postgres, valkey

WAYS = ("database", *REDIS_WAYS)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The ports of PostgreSQL and Valkey, without TLS."""

    postgres: int
    valkey: int


@pytest.fixture(scope="module")
def plain() -> Iterator[Services]:
    with postgres() as database, valkey() as redis:
        ports = [urlsplit(url).port or 0 for url in (database, redis)]
        yield Services(postgres=ports[0], valkey=ports[1])


def made(folder: Path, name: str = HOST) -> Certificate:
    folder.mkdir()
    return certificate(folder, name=name)


def reached(
    folder: Path, plain: Services, *, shown: Certificate, trusted: Path
) -> dict[str, str | None]:
    """Reach for services that show a certificate, trusting an authority."""
    with (
        tls_front(shown, to_port=plain.postgres, asks_first=True) as postgres,
        tls_front(shown, to_port=plain.valkey) as valkey,
    ):
        return errors(
            *WAYS,
            data_dir=folder,
            settings={
                "DATABASE_URL": database_url(postgres, trusted),
                "REDIS_URL": redis_url(valkey, trusted),
            },
        )


def test_services_with_a_trusted_certificate_are_reached(tmp_path: Path, plain: Services) -> None:
    shown = made(tmp_path / "ours")
    found = reached(tmp_path, plain, shown=shown, trusted=shown.authority)
    assert found == dict.fromkeys(WAYS)


def test_an_unknown_authority_is_refused(tmp_path: Path, plain: Services) -> None:
    trusted = made(tmp_path / "ours").authority
    found = reached(tmp_path, plain, shown=made(tmp_path / "theirs"), trusted=trusted)
    assert "certificate verify failed" in str(found["database"])
    assert "certificate verify failed" in str(found["cache"]).lower()
    assert all(found.values())


@pytest.mark.thorough
def test_a_certificate_for_another_name_is_refused(tmp_path: Path, plain: Services) -> None:
    shown = made(tmp_path / "ours", "elsewhere.example.org")
    found = reached(tmp_path, plain, shown=shown, trusted=shown.authority)
    assert "does not match host name" in str(found["database"])
    assert "hostname mismatch" in str(found["cache"]).lower()
    assert all(found.values())


@pytest.mark.parametrize(
    ("name", "is_trusted", "error"),
    [
        pytest.param(HOST, True, None, id="trusted", marks=pytest.mark.thorough),
        pytest.param(HOST, False, "certificate verify failed", id="unknown authority"),
        pytest.param(
            "elsewhere.example.org",
            True,
            "hostname mismatch",
            id="another name",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_mail_goes_to_a_server_with_a_trusted_certificate_alone(
    tmp_path: Path, name: str, is_trusted: bool, error: str | None
) -> None:
    shown = made(tmp_path / "shown", name)
    trusted = shown if is_trusted else made(tmp_path / "ours")
    with mail_server(shown) as (port, letters):
        found = errors(
            "mail",
            data_dir=tmp_path,
            settings={
                "EMAIL_URL": f"smtp+tls://{HOST}:{port}",
                "SSL_CERT_FILE": str(trusted.authority),
            },
        )
    assert bool(letters) is (error is None)
    assert found["mail"] is None if error is None else error in str(found["mail"]).lower()


@pytest.mark.thorough
def test_services_without_tls_are_refused(tmp_path: Path, plain: Services) -> None:
    authority = made(tmp_path / "ours").authority
    found = errors(
        *WAYS,
        data_dir=tmp_path,
        settings={
            "DATABASE_URL": database_url(plain.postgres, authority),
            "REDIS_URL": redis_url(plain.valkey, authority),
        },
    )
    assert "server does not support SSL" in str(found["database"])
    assert all(found.values())
