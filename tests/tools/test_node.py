from pathlib import Path

import pytest

from tools.node import Node, Version, find_node, is_new_enough

WHEEL = Node(bin_dir=Path("/wheel/bin"), npm=("/wheel/bin/node", "/wheel/npm-cli.js"))


def found_with(programs: dict[str, str], version: Version | None) -> Node:
    return find_node(which=programs.get, version_of=lambda _: version, wheel=lambda: WHEEL)


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ((18, 20), False),
        ((20, 18), False),
        ((20, 19), True),
        ((21, 7), False),
        ((22, 11), False),
        ((22, 12), True),
        ((24, 0), True),
    ],
)
def test_versions_that_the_client_builds_on(version: Version, enough: bool) -> None:
    assert is_new_enough(version) is enough


def test_the_machines_node_is_preferred() -> None:
    node = found_with({"node": "/usr/bin/node", "npm": "/usr/bin/npm"}, (20, 19))
    assert node == Node(bin_dir=Path("/usr/bin"), npm=("/usr/bin/npm",))


@pytest.mark.parametrize(
    ("programs", "version"),
    [
        ({}, None),
        ({"node": "/usr/bin/node"}, (22, 12)),
        ({"node": "/usr/bin/node", "npm": "/usr/bin/npm"}, (18, 20)),
        ({"node": "/usr/bin/node", "npm": "/usr/bin/npm"}, None),
    ],
    ids=["none", "no npm", "too old", "broken"],
)
def test_the_wheel_is_used_otherwise(programs: dict[str, str], version: Version | None) -> None:
    assert found_with(programs, version) is WHEEL


def test_npm_scripts_use_the_same_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    assert WHEEL.environment() == {"PATH": "/wheel/bin:/usr/bin"}
    assert WHEEL.npm_command("ci") == ["/wheel/bin/node", "/wheel/npm-cli.js", "ci"]
