"""Asking the probe what it reaches, with one authority or another."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from deploy.environment import clean_environment
from deploy.paths import ROOT, VENV_PYTHON

HOST = "localhost"
REDIS_WAYS = ("cache", "channel layer", "readiness")


def database_url(port: int, authority: Path, *, user: str = "seatcast") -> str:
    options = f"sslmode=verify-full&sslrootcert={authority}"
    return f"postgres://{user}@{HOST}:{port}/seatcast?{options}"


def redis_url(port: int, authority: Path) -> str:
    return f"rediss://{HOST}:{port}/0?ssl_ca_certs={authority}"


def errors(*ways: str, data_dir: Path, settings: Mapping[str, str]) -> dict[str, str | None]:
    """Return, for each way to a service, what stood in it; None where nothing did."""
    probe = subprocess.run(
        [str(VENV_PYTHON), "-m", "loadtest.tls.probe", *ways],
        cwd=ROOT,
        env=clean_environment(SEATCAST_DATA_DIR=str(data_dir), **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode:
        raise RuntimeError(probe.stderr)
    return cast(dict[str, str | None], json.loads(probe.stdout))
