"""Certificates and connection URLs for the TLS checks, and the probe that tries them."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import trustme

from deploy.environment import clean_environment
from deploy.paths import ROOT, VENV_PYTHON
from deploy.unprivileged import write_for_servers

HOST = "localhost"
REDIS_WAYS = ("cache", "channel layer", "readiness")


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A server's certificate and key, and who vouches for it, as PEM files."""

    authority: Path
    chain: Path
    key: Path


def certificate(folder: Path, *, name: str) -> Certificate:
    """Make an authority and a server's certificate for a host, for the user servers run as."""
    authority = trustme.CA()
    issued = authority.issue_cert(name)
    made = Certificate(
        authority=folder / "ca.crt", chain=folder / "server.crt", key=folder / "server.key"
    )
    authority.cert_pem.write_to_path(made.authority)
    made.authority.chmod(0o644)
    write_for_servers(made.chain, "".join(pem.bytes().decode() for pem in issued.cert_chain_pems))
    write_for_servers(made.key, issued.private_key_pem.bytes().decode())
    return made


def database_url(port: int, authority: Path, *, user: str = "seatcast") -> str:
    options = f"sslmode=verify-full&sslrootcert={authority}"
    return f"postgres://{user}@{HOST}:{port}/seatcast?{options}"


def redis_url(port: int, authority: Path) -> str:
    return f"rediss://{HOST}:{port}/0?ssl_ca_certs={authority}"


def errors(*ways: str, data_dir: Path, settings: Mapping[str, str]) -> dict[str, str | None]:
    """Return, for each way to a service, what stood in it; None where nothing did."""
    probe = subprocess.run(
        [str(VENV_PYTHON), "-m", "tests.tls.probe", *ways],
        cwd=ROOT,
        env=clean_environment(SEATCAST_DATA_DIR=str(data_dir), **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode:
        raise RuntimeError(probe.stderr)
    return cast(dict[str, str | None], json.loads(probe.stdout))
