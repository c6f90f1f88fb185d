"""Private files and folders, new and existing ones."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.private_files import open_private, passable_folder, private_folder
from deploy.process_manager import Service, managed
from deploy.production import trial_settings
from tests.deploy.test_process_manager import WAITS, service


@pytest.fixture(autouse=True)
def _loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def _others_may(path: Path) -> int:
    return path.stat().st_mode & 0o077


def test_a_passable_folder_ignores_the_umask(tmp_path: Path) -> None:
    os.umask(0o077)
    folder = passable_folder(tmp_path / "one" / "two")
    assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o711
    tmp_path.chmod(0o700)
    assert passable_folder(tmp_path).stat().st_mode & 0o777 == 0o700


def test_an_existing_folder_becomes_private(tmp_path: Path) -> None:
    assert _others_may(private_folder(tmp_path / "new")) == 0
    (tmp_path / "old").mkdir(mode=0o777)
    assert _others_may(private_folder(tmp_path / "old")) == 0


def test_an_existing_file_becomes_private_and_keeps_its_content(
    tmp_path: Path,
) -> None:
    file = tmp_path / "file"
    for text in (b"one", b"two"):
        with open_private(file) as opened:
            opened.write(text)
        assert _others_may(file) == 0
        file.chmod(0o666)
    assert file.read_bytes() == b"onetwo"


def test_logs_of_managed_servers_are_private(tmp_path: Path) -> None:
    log_file = tmp_path / "server.log"
    log_file.touch(mode=0o666)
    waits: Service = service(WAITS, log_file)
    with managed([waits]):
        assert _others_may(log_file) == 0


def test_mail_of_a_trial_stack_goes_to_a_private_folder(tmp_path: Path) -> None:
    found = trial_settings({}, data_dir=tmp_path)
    assert found["EMAIL_URL"] == f"filemail:///{tmp_path}/mail"
    assert _others_may(tmp_path / "mail") == 0
    assert found["SEATCAST_SHOW_NAMES"] == "True"
    assert "SEATCAST_SHOW_NAMES" not in trial_settings({"SEATCAST_DEMO": "0"}, data_dir=tmp_path)
