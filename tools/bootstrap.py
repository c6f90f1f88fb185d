"""Set up a fresh checkout: virtual environment, packages, built client. Quick if nothing changed.

Runs under the machine's own Python with nothing but the standard library. Every step writes a stamp
file with the digest of its inputs into what it made, so both are deleted together. The checkout's
folder itself is locked during a set-up, so no lock file can be left behind.

Concurrency: a thread sets up the client beside the Python packages. If the machine has no Node.js,
that is installed in the virtual environment, which the thread waits for.
"""

import fcntl
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from deploy.console import Problem, say
from deploy.paths import (
    CLIENT,
    FRONTEND,
    NODE_MODULES,
    ROOT,
    STAMPS,
    VENV,
    VENV_BIN,
    VENV_PYTHON,
)
from tools import stamps
from tools.node import Node, ensure_node, run_npm
from tools.steps import pip_install, run_step

RUNTIME = "requirements.txt"
STACK = "requirements/stack.txt"
LOADTEST = "requirements/loadtest.txt"
DEVELOPMENT = "requirements/dev.txt"
AUDIT = "requirements/audit.txt"
# Each includes those before it.
_REQUIREMENTS = (RUNTIME, STACK, LOADTEST, DEVELOPMENT, AUDIT)
_GENERATED_TYPES = "schema.d.ts"
_NO_SOURCES = {NODE_MODULES.name, CLIENT.name, _GENERATED_TYPES}
_NO_SOURCES |= {"e2e", "test-results", "playwright-report"}


def set_up(*, requirements: str = RUNTIME, client: bool = True) -> None:
    """Bring the virtual environment and, with `client`, the built client up to date.

    `requirements` is RUNTIME, or one that includes it: STACK for the real stack, LOADTEST for
    load tests, DEVELOPMENT for tests and checks, AUDIT for locking and auditing. Concurrent calls
    wait for each other.
    Raises: Problem if the person must install something first.
    """
    with _one_at_a_time(), ThreadPoolExecutor() as beside:
        venv = beside.submit(_ensure_venv)
        built = beside.submit(_ensure_client, requirements, venv.result) if client else None
        venv.result()
        _ensure_python_packages(requirements)
        if built:
            built.result()


def hand_over(module: str, *arguments: str) -> None:
    """Replace this process by .venv's Python running a module. Does not return."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.environ["PATH"] = os.pathsep.join([str(VENV_BIN), os.environ.get("PATH", os.defpath)])
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", module, *arguments])


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this checkout is running; waiting for it …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _ensure_venv() -> None:
    if _venv_is_usable():
        return
    if importlib.util.find_spec("venv") is None:
        raise Problem(f"{sys.executable} has no venv module: install python3-venv, and try again.")
    make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    what = f"Making a virtual environment of Python {_this_version()} in .venv"
    if importlib.util.find_spec("ensurepip") is not None:
        run_step(make, what=what, cwd=ROOT)
        return
    # Debian's python3 without python3-venv. Its pip, if installed, can install one into .venv.
    if importlib.util.find_spec("pip") is None:
        raise Problem(
            f"{sys.executable} cannot make a virtual environment with pip in it: "
            "install python3-venv (on Debian, `apt install python3-venv`), and try again."
        )
    run_step([*make, "--without-pip"], what=what, cwd=ROOT)
    pip = [sys.executable, "-m", "pip", "--python", str(VENV_PYTHON), "install", "--quiet", "pip"]
    run_step(pip, what="Installing pip into .venv", cwd=ROOT)


def _venv_is_usable() -> bool:
    """Return whether .venv is complete and, if PYTHON is set, has that version.

    So a developer who once chose a Python need not name it every time.
    """
    if not os.access(VENV_PYTHON, os.X_OK) or not _venv_version():
        return False
    if not any(VENV.glob("lib/python*/site-packages/pip/__main__.py")):
        return False
    return not os.environ.get("PYTHON") or _venv_version() == _this_version()


def _venv_version() -> str | None:
    """Return the Python version of .venv, such as "3.11"."""
    try:
        config = (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return None
    version = re.search(r"^version(?:_info)? *= *(\d+\.\d+)", config, re.MULTILINE)
    return version[1] if version else None


def _this_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _ensure_python_packages(requirements: str) -> None:
    stamp = STAMPS / requirements
    files = [ROOT / name for name in _REQUIREMENTS[: _REQUIREMENTS.index(requirements) + 1]]
    wanted = stamps.digest(files=files, root=ROOT, also=f"{_venv_version()}")
    if stamps.is_current(stamp, wanted):
        return
    pip_install(requirements, what=f"Installing the Python packages of {requirements}")
    stamps.write(stamp, wanted)


def _ensure_client(requirements: str, await_venv: Callable[[], None]) -> None:
    if requirements == DEVELOPMENT:
        _ensure_client_packages(ensure_node(await_venv))
    _ensure_client_built(await_venv)


def _ensure_client_packages(node: Node) -> None:
    stamp = NODE_MODULES / ".stamp"
    files = [FRONTEND / "package.json", FRONTEND / "package-lock.json"]
    wanted = stamps.digest(files=files, root=FRONTEND)
    if stamps.is_current(stamp, wanted):
        return
    # npm's cache is safe, since the lock file has every package's digest.
    arguments = ("ci", "--prefer-offline", "--no-audit", "--no-fund")
    run_npm(node, *arguments, what="Installing the client's packages")
    stamps.write(stamp, wanted)


def _ensure_client_built(await_venv: Callable[[], None]) -> None:
    """Build the client if its sources changed; Node.js is needed only then."""
    stamp = CLIENT / ".stamp"
    sources = stamps.files_below(FRONTEND, without=_NO_SOURCES)
    wanted = stamps.digest(files=sources, root=FRONTEND)
    if stamps.is_current(stamp, wanted):
        return
    node = ensure_node(await_venv)
    _ensure_client_packages(node)
    # Without checking types, which takes ten times as long and is done by `make check`.
    run_npm(node, "exec", "--", "vite", "build", what="Building the client")
    stamps.write(stamp, wanted)
