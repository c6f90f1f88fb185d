"""Files and folders that are for their owner alone, whatever the umask, and whoever made them."""

import os
from pathlib import Path
from typing import IO

_FOLDER, _PASSABLE, _FILE = 0o700, 0o711, 0o600


def private_folder(folder: Path) -> Path:
    """Return a folder, made if need be, that only its owner can look into."""
    folder.mkdir(mode=_FOLDER, exist_ok=True)
    folder.chmod(_FOLDER)
    return folder


def passable_folder(folder: Path) -> Path:
    """Return a folder, made if need be, that others can go through; they cannot list new ones."""
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir()
            each.chmod(_PASSABLE)
    return folder


def open_private(file: Path) -> IO[bytes]:
    """Open a file at its end, made if need be, that only its owner can read."""
    opened = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _FILE)
    os.fchmod(opened, _FILE)
    return os.fdopen(opened, "a+b")
