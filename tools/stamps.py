"""Stamp files, which record the inputs of a step, so that it is not repeated for the same ones.

A stamp contains the digest of a step's inputs. It is written after the step succeeded, with the
digest from before it began: inputs that changed meanwhile make it stale.
"""

import hashlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path


def digest(*, files: Iterable[Path], root: Path, also: str = "") -> str:
    """Return a digest of the files' names below `root` and contents, and of `also`."""
    total = hashlib.sha256(also.encode())
    for file in sorted(files):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"\0{file.relative_to(root).as_posix()}\0{content}".encode())
    return total.hexdigest()


def files_below(folder: Path, *, without: Collection[str]) -> list[Path]:
    """Return all files below `folder`, except files and folders whose name is in `without`."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in without]
        found += [Path(parent, name) for name in names if name not in without]
    return found


def is_current(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def write(stamp: Path, current: str) -> None:
    """Replace the stamp atomically."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    fresh.write_text(current)
    fresh.replace(stamp)
