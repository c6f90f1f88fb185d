"""A Dockerfile's steps in plain folders, as far as they go without an engine.

Each stage is a folder. What a stage begins with, when it is an image of somebody else's, is not
there: the tools of this machine stand in for its own.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from string import Template

# Words of a command that name a place of the image.
_ABSOLUTE = re.compile(r"(?<=[=\s])/(?=\w)")


@dataclass
class Stage:
    """What a stage has come to: its folder, where in it commands run, and as whom."""

    root: Path
    workdir: str = "/"
    user: str = "root"
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.root / self.workdir[1:]

    def place(self, path: str) -> Path:
        """Return where a path of the image is on this machine."""
        if path.startswith("/"):
            return self.root / path[1:]
        return self.folder / path


class Builder:
    """Builds all stages of a Dockerfile below a folder.

    `stand_ins` do what a command that begins with some words would have done, in its stage.
    """

    def __init__(
        self,
        context: Path,
        below: Path,
        *,
        environment: Mapping[str, str],
        stand_ins: Mapping[str, Callable[[Stage], None]],
    ) -> None:
        self._context = context
        self._below = below
        self._environment = environment
        self._stand_ins = stand_ins
        self._ignored = ignore_rules(context)
        self.stages: dict[str, Stage] = {}

    def build(self) -> dict[str, Stage]:
        """Carry out every step; return the stages by name."""
        stage: Stage | None = None
        arguments: dict[str, str] = {}
        for word, rest in instructions(self._context / "Dockerfile"):
            if word == "ARG":
                name, _, arguments[name] = rest.partition("=")
                continue
            if word == "FROM":
                base, _, name = Template(rest).substitute(arguments).partition(" AS ")
                stage = self.stages[name] = self._begun(base, name)
                continue
            assert stage is not None, "A step before the first stage"
            self._carry_out(stage, word, rest)
        return self.stages

    def _begun(self, base: str, name: str) -> Stage:
        stage = Stage(root=self._below / name)
        if known := self.stages.get(base):
            shutil.copytree(known.root, stage.root, symlinks=True)
            stage.workdir, stage.user = known.workdir, known.user
            stage.environment = dict(known.environment)
        else:
            stage.root.mkdir()
        return stage

    def _carry_out(self, stage: Stage, word: str, rest: str) -> None:
        match word:
            case "WORKDIR":
                stage.workdir = rest
                stage.folder.mkdir(parents=True, exist_ok=True)
            case "ENV":
                stage.environment |= dict(each.split("=", 1) for each in shlex.split(rest))
            case "USER":
                stage.user = rest
            case "COPY":
                self._copy(stage, rest)
            case "RUN":
                for command in rest.split(" && "):
                    self._run(stage, command)
            case "EXPOSE":
                pass
            case _:
                raise AssertionError(f"No test knows {word}")

    def _copy(self, stage: Stage, rest: str) -> None:
        *sources, target = rest.split()
        source_root, ignored = self._context, self._ignored
        if sources[0].startswith("--from="):
            other = self.stages[sources.pop(0).removeprefix("--from=")]
            source_root, ignored = other.root, lambda _: False
        for source in sources:
            found = source_root / source.lstrip("/")
            if found.is_dir():
                _copy_folder(found, stage.place(target), root=source_root, ignored=ignored)
                continue
            assert not ignored(source.lstrip("/")), f"{source} is not in the context"
            to = stage.place(target)
            to = to / found.name if target.endswith("/") else to
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, to)

    def _run(self, stage: Stage, command: str) -> None:
        for beginning, stand_in in self._stand_ins.items():
            if command.startswith(beginning):
                stand_in(stage)
                return
        command = _ABSOLUTE.sub(f"{stage.root}/", f" {command}")
        environment = {**self._environment, **stage.environment}
        run(command.strip(), folder=stage.folder, environment=environment)


def run(command: str, *, folder: Path, environment: Mapping[str, str]) -> None:
    """Run a command of a shell. What it said is in the failure."""
    result = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}: {result.stdout}"


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Return the steps of a Dockerfile in order, each as its word and the rest."""
    text = re.sub(r"\\\n\s*", "", dockerfile.read_text())
    lines = [line.strip() for line in text.splitlines()]
    steps = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in steps]


def ignore_rules(context: Path) -> Callable[[str], bool]:
    """Return what tells whether a path of the context is left out by .dockerignore.

    The last rule that fits a path, or a folder that it is in, is the one that holds.
    """
    lines = [line.strip() for line in (context / ".dockerignore").read_text().splitlines()]
    rules = [line for line in lines if line and not line.startswith("#")]

    def is_ignored(path: str) -> bool:
        parts = path.split("/")
        ways = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        out = False
        for rule in rules:
            pattern = rule.removeprefix("!")
            if any(_fits(way, pattern) for way in ways):
                out = not rule.startswith("!")
        return out

    return is_ignored


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch(path.rpartition("/")[2], pattern.removeprefix("**/"))
    return path.count("/") == pattern.count("/") and fnmatch(path, pattern)


def _copy_folder(source: Path, target: Path, *, root: Path, ignored: Callable[[str], bool]) -> None:
    def left_out(folder: str, names: list[str]) -> set[str]:
        base = Path(folder).relative_to(root)
        return {name for name in names if ignored(str(base / name))}

    shutil.copytree(source, target, ignore=left_out, dirs_exist_ok=True)
