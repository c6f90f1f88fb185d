"""Base images, and how they are pinned."""

import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.console import Problem
from deploy.paths import ROOT
from tools import images

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
DOCKER = f"""#!/bin/sh
test "$1 $2 $3 $4" = "buildx imagetools inspect --format" || exit 2
case "$6" in *caddy*) test -z "$REFUSED" || {{ echo "no such host" >&2; exit 1; }} ;; esac
echo {DIGEST}
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files that name images, and a Docker that knows one digest."""
    for name in images.FILES:
        shutil.copy(ROOT / name, tmp_path)
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:/usr/bin:/bin")
    return tmp_path


def test_every_image_has_an_exact_tag() -> None:
    found = images.images(ROOT)
    names = {image.partition(":")[0].rpartition("/")[2] for image in found}
    assert names == {"node", "python", "caddy", "postgres", "valkey", "prometheus", "grafana"}
    for image in found:
        tag = image.rpartition(":")[2]
        parts = 2 if image.startswith("postgres:") else 3
        assert re.fullmatch(rf"v?\d+(\.\d+){{{parts - 1}}}(-slim)?", tag), image


def test_no_other_file_names_an_image() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    stages = set(re.findall(r" AS (\w+)$", dockerfile, re.MULTILINE))
    for base in re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE):
        assert base in stages or re.fullmatch(r"\$\{\w+_IMAGE\}", base)
    named = re.findall(r"^\s*image: (\S+)$", (ROOT / "docker-compose.yml").read_text(), re.M)
    built = {"seatcast-server", "seatcast-proxy"}
    assert {image.partition("@")[0] for image in named} - built <= set(images.images(ROOT))


def test_the_images_python_is_the_checked_version() -> None:
    [python] = [image for image in images.images(ROOT) if image.startswith("python:")]
    minor = ".".join(python.partition(":")[2].split(".")[:2])
    assert (
        tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["python_version"]
        == minor
    )
    if minor != ".".join(map(str, sys.version_info[:2])):
        pytest.skip(f"These tests run on another Python than the image's, which is {minor}.")


def test_images_are_pinned_in_place_and_again_after_a_new_tag(checkout: Path) -> None:
    assert images.floating_images(checkout)
    images.pin_images(checkout)
    assert not images.floating_images(checkout)
    compose = checkout / "docker-compose.yml"
    assert f"image: postgres:18.6@{DIGEST}\n" in compose.read_text()
    assert (
        f"ARG PYTHON_IMAGE=python:3.11.16-slim@{DIGEST}\n" in (checkout / "Dockerfile").read_text()
    )
    once = [(checkout / name).read_text() for name in images.FILES]
    images.pin_images(checkout)
    assert [(checkout / name).read_text() for name in images.FILES] == once


def test_nothing_is_pinned_when_a_registry_does_not_answer(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUSED", "1")
    before = [(checkout / name).read_text() for name in images.FILES]
    with pytest.raises(Problem, match=r"caddy:\S+ has no digest: no such host"):
        images.pin_images(checkout)
    assert [(checkout / name).read_text() for name in images.FILES] == before
