"""Parts of rolling upgrades; `test_stack` tests them on a real stack."""

from pathlib import Path

import pytest

from deploy.console import Problem
from deploy.control_socket import connected, listening
from deploy.paths import VENV
from deploy.stack_servers import ServerSpec, publish_client, reserve_ports, server_specs
from deploy.stack_settings import stack_settings
from deploy.upstream_health import UpstreamHealth


def build(folder: Path, *, page: str, asset: str) -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(page)
    (folder / "assets" / asset).write_text(page)
    return folder


def test_publishing_a_client_keeps_the_old_assets(tmp_path: Path) -> None:
    client = tmp_path / "client"
    publish_client(build(tmp_path / "old", page="old", asset="index-a.js"), client)
    publish_client(build(tmp_path / "new", page="new", asset="index-b.js"), client)
    assert (client / "index.html").read_text() == "new"
    assert sorted(file.name for file in (client / "assets").iterdir()) == [
        "index-a.js",
        "index-b.js",
    ]


def of_another_release(folder: Path, code: str) -> list[ServerSpec]:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "server.py").write_text(code)
    (folder / ".venv").symlink_to(VENV)
    settings = stack_settings({"SEATCAST_RELEASE": str(folder)})
    return server_specs(settings, environment={}, free_ports=reserve_ports(settings))


def test_the_releases_own_code_makes_its_command_lines(tmp_path: Path) -> None:
    code = """
def granian_arguments(*, host, port):
    return ["as it was", str(port)]

def daphne_arguments(*, host, port):
    return ["as it was", str(port)]

def housekeeping_arguments():
    return ["as it was"]
"""
    specs = of_another_release(tmp_path, code)
    assert all(spec["folder"] == str(tmp_path) for spec in specs)
    assert all("as it was" in spec["command"] for spec in specs)
    assert all(str(spec["port"]) in spec["command"] for spec in specs if spec["port"])


def test_a_release_without_command_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"has no usable deploy\.server"):
        of_another_release(tmp_path, "")


def test_connecting_without_a_running_stack_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(Problem, match="No stack is running on"),
        connected(tmp_path),
    ):
        pytest.fail("there is one")


def test_the_control_socket_is_for_its_owner_only(tmp_path: Path) -> None:
    with listening(tmp_path) as control_socket:
        assert control_socket
        assert (tmp_path / "stack.sock").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "stack.sock").exists()


def test_only_current_upstreams_are_healthy() -> None:
    health = UpstreamHealth(9)
    health.set_healthy([8101])
    assert health.is_healthy("127.0.0.1:8101")
    assert not health.is_healthy("127.0.0.1:8102")
    assert not health.is_healthy("")
