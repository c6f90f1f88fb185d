"""Install what `make lab` needs beside the packages of .venv, into a folder of its own."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.paths import ROOT, VENV_PYTHON
from tools import stamps
from tools.lock import pins_in
from tools.steps import run_step

LOCK_FILE = ROOT / "requirements/lab.txt"
PACKAGES = ROOT / ".lab" / "packages"
_STAMP = ROOT / ".lab" / LOCK_FILE.name


def ensure_lab_packages() -> None:
    """Install the lock file's own packages, unless they are there. Raises: Problem."""
    version = "{}.{}".format(*sys.version_info)
    wanted = stamps.digest(files=[LOCK_FILE], root=ROOT, also=version)
    if stamps.is_current(_STAMP, wanted):
        return
    with TemporaryDirectory() as folder:
        # Without the packages of .venv, to which this folder is added.
        own = Path(folder, LOCK_FILE.name)
        own.write_text("\n".join(pin.text for pin in pins_in(LOCK_FILE)))
        pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]
        pip += ["--disable-pip-version-check", "--require-hashes", "--upgrade"]
        run_step(
            [*pip, "--target", str(PACKAGES), "-r", str(own)],
            what="Installing Patroni into .lab",
            cwd=ROOT,
        )
    stamps.write(_STAMP, wanted)
