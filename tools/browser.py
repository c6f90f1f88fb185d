"""Find or install the browsers for tests."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.console import Problem, say
from deploy.paths import FRONTEND, ROOT, VENV
from tools.node import Node
from tools.steps import run_step

_PACKAGE = "@sparticuz/chromium@153.0.0"
_PACKAGE_FOLDER = VENV / "browser"
# With the font configuration of the package, text would have no width here.
_FONTS = """<?xml version="1.0"?>
<fontconfig>
  <dir>{unpacked}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{unpacked}/fonts-cache</cachedir>
</fontconfig>
"""
_SCRIPT = """#!/bin/sh
export LD_LIBRARY_PATH="{unpacked}/al2023/lib" FONTCONFIG_FILE="{fonts}"
exec "{program}" "$@"
"""

Finder = Callable[[], str | None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A browser program: its names, and the Debian packages that contain it."""

    name: str
    variable: str
    """The environment variable that overrides the search."""
    programs: tuple[str, ...]
    packages: tuple[str, ...]


CHROMIUM = Wanted(
    name="Chromium",
    variable="CHROME",
    programs=(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    packages=("chromium",),
)
_HEADLESS_CHROMIUM = Wanted(
    name="headless Chromium",
    variable="CHROME",
    programs=("chromium-headless-shell",),
    packages=("chromium-headless-shell",),
)
_FIREFOX = Wanted(
    name="Firefox",
    variable="FIREFOX",
    programs=("firefox", "firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"),
    packages=("firefox-esr",),
)
_WEBKIT_DRIVER = Wanted(
    name="WebKit",
    variable="WEBKIT_DRIVER",
    programs=("WebKitWebDriver",),
    packages=("webkit2gtk-driver",),
)
_X_SERVER = Wanted(name="X server", variable="XVFB", programs=("Xvfb",), packages=("xvfb",))


def ensure_headless_browser(node: Node) -> str:
    """Return the path of a Chromium for tests: Debian's headless one, else as `ensure_browser`.

    The headless one runs the same tests with a third less processor time.
    Raises: Problem if none can be installed, or `$CHROME` does not exist.
    """
    if not os.environ.get("CHROME"):
        found = _on_path(_HEADLESS_CHROMIUM, shutil.which) or _from_debian(_HEADLESS_CHROMIUM)
        if found:
            return found
    return ensure_browser(node)


def ensure_browser(node: Node) -> str:
    """Return the path of a Chromium or Chrome with windows, installing one if needed.

    Raises: Problem if none can be installed, or `$CHROME` does not exist.
    """
    return _ensure(CHROMIUM, before=[lambda: _of_playwright(node)], after=[lambda: _from_npm(node)])


def ensure_firefox() -> str:
    """Return the path of a Firefox, installing Debian's if needed.

    Raises: Problem if none can be installed, or `$FIREFOX` does not exist.
    """
    return _ensure(_FIREFOX)


def ensure_webkit() -> tuple[str, str]:
    """Return the paths of WebKit's driver and of an X server, installing Debian's if needed.

    Raises: Problem if they cannot be installed, or `$WEBKIT_DRIVER` or `$XVFB` do not exist.
    """
    return _ensure(_WEBKIT_DRIVER), _ensure(_X_SERVER)


def _ensure(wanted: Wanted, *, before: Sequence[Finder] = (), after: Sequence[Finder] = ()) -> str:
    return find_browser(
        wanted,
        named=os.environ.get(wanted.variable),
        which=shutil.which,
        others=[*before, lambda: _from_debian(wanted), *after],
    )


def find_browser(
    wanted: Wanted,
    *,
    named: str | None,
    which: Callable[[str], str | None],
    others: Sequence[Finder],
) -> str:
    """Return the browser `named`, else the one on the path, else the first that `others` find.

    Raises: Problem if there is none, or the one named does not exist.
    """
    if named:
        if found := which(named):
            return found
        raise Problem(f"{wanted.variable} is {named!r}, and there is no such program.")
    for way in [lambda: _on_path(wanted, which), *others]:
        if found := way():
            return found
    raise Problem(
        f"There is no {wanted.name} for the tests: install {' '.join(wanted.packages)}, "
        f"or set {wanted.variable} to one."
    )


def _on_path(wanted: Wanted, which: Callable[[str], str | None]) -> str | None:
    return next((found for name in wanted.programs if (found := which(name))), None)


def _of_playwright(node: Node) -> str | None:
    """Return the browser that `npx playwright install` downloaded, if any."""
    ask = "process.stdout.write(require('@playwright/test').chromium.executablePath())"
    path = _node_output(node, ask, folder=FRONTEND)
    return path if path and Path(path).exists() else None


def _from_debian(wanted: Wanted) -> str | None:
    """Install the Debian packages if this is root on Debian; return the path on success."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    what = f"Installing Debian's {wanted.packages[0]}"
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *wanted.packages]
    try:
        run_step(["apt-get", "update"], what="Updating Debian's lists", cwd=ROOT, environment=quiet)
        run_step(install, what=what, cwd=ROOT, environment=quiet)
    except Problem as problem:
        say(str(problem))
    return _on_path(wanted, shutil.which)


def _from_npm(node: Node) -> str | None:
    """Return a script that starts the Chromium of an npm package.

    The package unpacks it to TMPDIR, together with libraries that a minimal machine lacks if
    AWS_LAMBDA_JS_RUNTIME is set.
    """
    unpacked = _PACKAGE_FOLDER / "unpacked"
    script = _PACKAGE_FOLDER / "chromium"
    if script.exists():
        return str(script)
    unpacked.mkdir(parents=True, exist_ok=True)
    install = ["install", "--no-audit", "--no-fund", "--prefix", str(_PACKAGE_FOLDER), _PACKAGE]
    run_step(
        node.npm_command(*install),
        what="Installing a Chromium from npm",
        cwd=_PACKAGE_FOLDER,
        environment=node.environment(),
    )
    program = _node_output(
        node,
        "import('@sparticuz/chromium').then(async (c) => "
        "process.stdout.write(await c.default.executablePath()))",
        folder=_PACKAGE_FOLDER,
        environment={"TMPDIR": str(unpacked), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"},
    )
    if not program:
        return None
    fonts = _PACKAGE_FOLDER / "fonts.conf"
    fonts.write_text(_FONTS.format(unpacked=unpacked))
    script.write_text(_SCRIPT.format(unpacked=unpacked, fonts=fonts, program=program))
    script.chmod(0o755)
    return str(script)


def _node_output(
    node: Node, script: str, *, folder: Path, environment: Mapping[str, str] | None = None
) -> str | None:
    """Return the output of a JavaScript, or None if it fails."""
    result = subprocess.run(
        [str(node.bin_dir / "node"), "--input-type=commonjs", "-e", script],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        text=True,
        check=False,
    )
    return result.stdout if result.returncode == 0 else None
