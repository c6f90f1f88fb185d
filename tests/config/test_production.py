"""Production settings, as checked by Django."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.environment import clean_environment
from deploy.paths import ROOT
from tests.config.test_environment import PRODUCTION

pytestmark = pytest.mark.any_database


def run(*arguments: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=clean_environment(**PRODUCTION, SEATCAST_DATA_DIR=str(data_dir)),
        capture_output=True,
        text=True,
        check=False,
    )


# The stack makes the same check when it starts.
@pytest.mark.thorough
def test_the_deployment_check_passes(tmp_path: Path) -> None:
    check = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", data_dir=tmp_path)
    assert check.returncode == 0, check.stderr
    assert not list(tmp_path.iterdir())


def test_https_and_secret_passwords_are_required(tmp_path: Path) -> None:
    names = {
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SEATCAST_PUBLISHED_PASSWORDS": ["seatcast-demo"],
    }
    read = f"json.dumps({{name: getattr(settings, name) for name in {list(names)}}})"
    output = run(
        "-c", f"import json; from config import settings; print({read})", data_dir=tmp_path
    )
    assert json.loads(output.stdout) == names
