"""Files and folders that only their owner can read, whatever the umask."""

import os
from pathlib import Path
from typing import IO

_FOLDER, _PASSABLE, _FILE = 0o700, 0o711, 0o600


def private_folder(folder: Path) -> Path:
    """Create a folder if needed, and make it accessible to its owner only (0700)."""
    folder.mkdir(mode=_FOLDER, exist_ok=True)
    folder.chmod(_FOLDER)
    return folder


def passable_folder(folder: Path) -> Path:
    """Create a folder and its parents if needed; others may traverse new ones, not list them."""
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir()
            each.chmod(_PASSABLE)
    return folder


def open_private(file: Path) -> IO[bytes]:
    """Open a file for appending, created if needed, that only its owner can read (0600)."""
    opened = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _FILE)
    os.fchmod(opened, _FILE)
    return os.fdopen(opened, "a+b")
