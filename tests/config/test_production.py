"""A site in production settings, as Django's own checks see it."""

import subprocess
import sys
from pathlib import Path

from deploy.paths import ROOT
from deploy.processes import clean_environment
from tests.config.test_environment import PRODUCTION


def test_django_has_nothing_to_say_against_production(tmp_path: Path) -> None:
    check = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=clean_environment(**PRODUCTION, SEATCAST_DATA_DIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr
    assert not list(tmp_path.iterdir())
