"""The image's steps without an engine, so that what is not copied is found out.

What is not run: the images that stages begin with, the installing of packages (those that are
installed here stand in), and changes of owners and privileges.
"""

import os
from pathlib import Path

import pytest

from deploy.environment import clean_environment
from deploy.paths import NODE_MODULES, ROOT, VENV_BIN
from tests.deploy.dockerfile import Builder, Stage, ignore_rules, instructions, run
from tools.node import ensure_node


@pytest.fixture(scope="module")
def tools() -> dict[str, str]:
    node = ensure_node()
    path = [str(VENV_BIN), str(node.bin_dir), os.environ.get("PATH", os.defpath)]
    return clean_environment(PATH=os.pathsep.join(path))


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory, tools: dict[str, str]) -> dict[str, Stage]:
    def with_the_packages_of_here(stage: Stage) -> None:
        (stage.folder / "node_modules").symlink_to(NODE_MODULES)

    def nothing(stage: Stage) -> None:
        """Done on this machine already, or not to be done on it."""

    return Builder(
        ROOT,
        tmp_path_factory.mktemp("image"),
        environment=tools,
        stand_ins={
            "npm ci": with_the_packages_of_here,
            "pip install": nothing,
            "setcap": nothing,
            "chown": nothing,
        },
    ).build()


@pytest.mark.thorough
@pytest.mark.parametrize("application", ["config.asgi", "config.api", "config.wsgi"])
def test_the_servers_start_with_nothing_but_what_is_copied(
    stages: dict[str, Stage], tools: dict[str, str], application: str, tmp_path: Path
) -> None:
    server = stages["server"]
    settings = {**tools, **server.environment, "SEATCAST_DATA_DIR": str(tmp_path)}
    command = f"python -P -c 'import sys; sys.path.insert(0, \".\"); import {application}'"
    run(command, folder=server.folder, environment=settings)


@pytest.mark.thorough
def test_the_proxy_has_the_client_and_the_files_of_the_admin(stages: dict[str, Stage]) -> None:
    proxy = stages["proxy"].root
    assert '<div id="root">' in (proxy / "srv/client/index.html").read_text()
    assert list((proxy / "srv/client/assets").glob("*.js"))
    assert (proxy / "srv/static/admin/css/base.css").is_file()
    assert (proxy / "etc/caddy/Caddyfile").is_file()


@pytest.mark.thorough
@pytest.mark.parametrize("stage", ["server", "proxy"])
def test_nothing_runs_as_root(stages: dict[str, Stage], stage: str) -> None:
    assert stages[stage].user == "65534:65534"


def test_what_is_kept_here_does_not_reach_the_image() -> None:
    is_ignored = ignore_rules(ROOT)
    for path in (".env", ".data/secret_key", ".git/config", "frontend/.env.local", "docs/x.md"):
        assert is_ignored(path), path
    for word, rest in instructions(ROOT / "Dockerfile"):
        if word == "COPY" and not rest.startswith("--from="):
            assert not any(is_ignored(source.rstrip("/")) for source in rest.split()[:-1])
