"""`make images`: pin the base images of Dockerfile and docker-compose.yml by digest, in place.

A tag can be moved to another image; `name:tag@sha256:…` always names the same one. Docker looks the
digests up, so this needs a machine with access to the registries.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.console import Problem, say
from deploy.paths import ROOT

FILES = ("Dockerfile", "docker-compose.yml")
# Images that are built here (`seatcast-server`) and stages of the Dockerfile have no tag.
_IMAGE = re.compile(
    r"(?m)^(?P<before>\s*image:\s*|ARG \w+_IMAGE=)"
    r"(?P<tagged>[\w./-]+:[\w.-]+)(?P<digest>@sha256:[0-9a-f]{64})?$"
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def main() -> int:
    """Pin every image; return the exit status."""
    try:
        pin_images(ROOT)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    return 0


def pin_images(folder: Path) -> None:
    """Append the current digest to each tag. Writes nothing unless all digests are known.

    Raises: Problem if a digest cannot be looked up.
    """
    texts = {name: (folder / name).read_text() for name in FILES}
    tagged = {match["tagged"] for text in texts.values() for match in _IMAGE.finditer(text)}
    digests = {image: _digest(image) for image in sorted(tagged)}
    for name, text in texts.items():
        (folder / name).write_text(_IMAGE.sub(lambda match: _pinned(match, digests), text))
    for image, digest in digests.items():
        say(f"{image}@{digest}")


def images(folder: Path) -> dict[str, bool]:
    """Return whether each image that the files name is pinned by digest."""
    found = [match for name in FILES for match in _IMAGE.finditer((folder / name).read_text())]
    return {match["tagged"]: bool(match["digest"]) for match in found}


def floating_images(folder: Path) -> list[str]:
    """Return the images without a digest."""
    return sorted(image for image, is_pinned in images(folder).items() if not is_pinned)


def _pinned(match: re.Match[str], digests: dict[str, str]) -> str:
    return f"{match['before']}{match['tagged']}@{digests[match['tagged']]}"


def _digest(image: str) -> str:
    """Return the digest of an image's multi-platform manifest. Raises: Problem."""
    docker = shutil.which("docker")
    if not docker:
        raise Problem("Docker is needed to look up digests, and is not installed.")
    inspect = ["buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image]
    done = subprocess.run([docker, *inspect], capture_output=True, text=True, check=False)
    digest = done.stdout.strip()
    if done.returncode or not _DIGEST.fullmatch(digest):
        raise Problem(f"{image} has no digest: {(done.stderr or done.stdout).strip()}")
    return digest


if __name__ == "__main__":
    sys.exit(main())
