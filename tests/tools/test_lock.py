"""The lock files are complete and match pyproject.toml. Needs no network."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from deploy.paths import ROOT
from tools.bootstrap import AUDIT, DEVELOPMENT, LOADTEST, RUNTIME, STACK
from tools.lock import INPUT, LOCK_FILES, LockFile, Pin, all_pins, pins_in

FILES = {file.name: file for file in LOCK_FILES}
# What tests run with, so that the metadata of all of it is here.
INSTALLED = (RUNTIME, STACK, LOADTEST, DEVELOPMENT)
REGISTRY = re.compile(r"https?://|--(extra-)?index-url|--find-links|file:")
NPM_LOCKS = [
    path
    for path in (
        *ROOT.glob("frontend/package-lock.json"),
        *ROOT.glob("loadtest/**/package-lock.json"),
        *ROOT.glob("laboratory/**/package-lock.json"),
    )
    if "node_modules" not in path.parts
]


def asked_for(file: LockFile) -> Iterator[Requirement]:
    """Yield the requirements of pyproject.toml that a lock file is for."""
    project = tomllib.loads(INPUT.read_text())["project"]
    extras = [project["optional-dependencies"][extra] for extra in file.extras]
    for text in [*project["dependencies"], *(each for extra in extras for each in extra)]:
        yield Requirement(text)


def applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in {"", *extras})


def pins_here(file: LockFile) -> dict[str, Pin]:
    """Return what is installed from a lock file on this machine."""
    return {
        pin.name: pin
        for pin in all_pins(file)
        if pin.marker is None or applies(Requirement(f"{pin.name} ; {pin.marker}"), frozenset())
    }


def needed_here(file: LockFile) -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks for and, by the installed metadata, all that it needs."""
    needed: dict[str, list[Requirement]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = list(asked_for(file))
    while queue:
        requirement = queue.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        needed.setdefault(name, []).append(requirement)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            further = requires(name) or []
        except PackageNotFoundError:
            pytest.fail(f"{name} is not installed: `make setup DEV=1`.")
        queue += [found for text in further if applies(found := Requirement(text), extras)]
    return needed


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    pins = pins_in(ROOT / name)
    assert pins
    for pin in pins:
        assert pin.hashes, f"{pin.name} has no hash"


@pytest.mark.parametrize("name", FILES)
def test_direct_dependencies_are_pinned_as_in_pyproject(name: str) -> None:
    versions = {pin.name: pin.version for pin in all_pins(FILES[name])}
    for requirement in asked_for(FILES[name]):
        assert str(requirement.specifier) == f"=={versions[canonicalize_name(requirement.name)]}", (
            f"{requirement.name}: run `make lock`"
        )


@pytest.mark.parametrize("name", INSTALLED)
def test_lock_files_are_complete_and_minimal(name: str) -> None:
    pins, needed = pins_here(FILES[name]), needed_here(FILES[name])
    assert set(pins) == set(needed), "run `make lock`"
    for package, requirements in needed.items():
        for requirement in requirements:
            version = Version(pins[package].version)
            assert requirement.specifier.contains(version, prereleases=True), "run `make lock`"


def test_no_package_has_two_versions() -> None:
    versions: dict[tuple[str, str | None], set[str]] = {}
    for file in LOCK_FILES:
        for pin in pins_in(file.path):
            versions.setdefault((pin.name, pin.marker), set()).add(pin.version)
    assert not {name: found for name, found in versions.items() if len(found) > 1}


@pytest.mark.parametrize("file", LOCK_FILES, ids=lambda file: file.name)
def test_a_lock_file_builds_on_its_parent(file: LockFile) -> None:
    included = re.findall(r"^-r (\S+)$", file.path.read_text(), re.MULTILINE)
    assert [(file.path.parent / name).resolve() for name in included] == (
        [ROOT / file.parent] if file.parent else []
    )


def test_every_requirements_file_is_a_lock_file() -> None:
    found = [*ROOT.glob("requirements*.txt"), *ROOT.glob("requirements/*")]
    assert {str(path.relative_to(ROOT)) for path in found} == set(FILES)
    assert {*INSTALLED, AUDIT} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_lock_file_names_no_registry(name: str) -> None:
    assert not REGISTRY.search((ROOT / name).read_text())


@pytest.mark.parametrize("path", NPM_LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_npm_lock_names_no_registry_and_has_every_hash(path: Path) -> None:
    text = path.read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')
    assert "omit-lockfile-registry-resolved=true" in (path.parent / ".npmrc").read_text()
