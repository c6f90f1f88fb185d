import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.address import Address, address_from, answers, ensure_free
from deploy.console import Problem
from deploy.environment import clean_environment
from deploy.paths import ROOT


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, Address(host="127.0.0.1", port=8000)),
        ({"PORT": "", "HOST": ""}, Address(host="127.0.0.1", port=8000)),
        ({"PORT": "65535", "HOST": "0.0.0.0"}, Address(host="0.0.0.0", port=65535)),
    ],
)
def test_the_environment_names_the_address(
    environment: Mapping[str, str], address: Address
) -> None:
    assert address_from(environment) == address


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 ", "8\u0660"])
def test_an_invalid_port_is_refused(port: str) -> None:
    with pytest.raises(Problem, match="PORT must be a number from 1 to 65535"):
        address_from({"PORT": port})


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("tickets.local", "http://tickets.local:8000"),
    ],
)
def test_the_url_is_one_that_a_browser_can_open(host: str, url: str) -> None:
    assert Address(host=host, port=8000).url == url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "https://localhost:8000"),
        ("0.0.0.0", "https://localhost:8000"),
        ("::", "https://localhost:8000"),
        ("192.0.2.1", "https://192.0.2.1:8000"),
    ],
)
def test_the_tls_url_has_the_certificates_host_name(host: str, url: str) -> None:
    assert Address(host=host, port=8000, authority=Path("root.crt")).url == url


def test_a_server_without_a_certificate_yet_does_not_answer(tmp_path: Path) -> None:
    address = Address(host="127.0.0.1", port=8000, authority=tmp_path / "none.crt")
    assert not answers(address)


def test_a_free_port_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ensure_free(Address(host="127.0.0.1", port=port))


@pytest.mark.parametrize("module", [["tools", "run"], ["tools.serve"]])
def test_a_port_in_use_is_reported_at_once_in_one_sentence(module: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = subprocess.run(
            [sys.executable, "-m", *module],
            env=clean_environment(PORT=port, SEATCAST_DATA_DIR="/nowhere"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"seatcast: Port {port} of 127.0.0.1 is in use")
    assert result.stderr.count("\n") == 1


def test_a_foreign_host_is_reported_in_one_sentence() -> None:
    with pytest.raises(Problem, match=r"^Cannot listen on port 8000 of 192\.0\.2\.1: .+\.$"):
        ensure_free(Address(host="192.0.2.1", port=8000))


def test_an_unknown_host_is_reported_in_one_sentence() -> None:
    with pytest.raises(Problem, match="HOST must be an address of this machine, not 'not a host'"):
        ensure_free(Address(host="not a host", port=8000))
