"""What the images contain, read from the Dockerfile and .dockerignore."""

import pytest

from deploy.paths import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text().splitlines()
PACKAGES = {
    "config",
    "accounts",
    "organisations",
    "reservations",
    "realtime",
    "infrastructure",
}
ALLOWED = {
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line.startswith("!")
}


def copied() -> list[str]:
    """Return the sources that are copied from the build context."""
    lines = [line.split()[1:-1] for line in DOCKERFILE if line.startswith("COPY ")]
    return [
        source.rstrip("/")
        for sources in lines
        if not sources[0].startswith("--from=")
        for source in sources
    ]


@pytest.mark.parametrize("source", copied())
def test_each_copied_file_is_in_the_build_context(source: str) -> None:
    assert (ROOT / source).exists()
    assert {source, source.partition("/")[0]} & ALLOWED


def test_every_package_of_the_server_is_copied() -> None:
    assert set(copied()) >= PACKAGES


def test_the_build_context_excludes_everything_by_default() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert rules[1] == "*"
    assert {source for source in ALLOWED if (ROOT / source).exists()} == ALLOWED


def test_both_images_run_as_nobody() -> None:
    stages: dict[str, str] = {}
    name = ""
    for line in DOCKERFILE:
        if line.startswith("FROM "):
            name = line.split(" AS ")[1]
        if line.startswith("USER "):
            stages[name] = line.split()[1]
    assert stages == {"server": "65534:65534", "proxy": "65534:65534"}
