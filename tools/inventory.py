"""`make sbom` and `make audit`: bills of materials, and known vulnerabilities.

Both read only the lock files, so they give the same result on every machine.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.console import Problem, say
from deploy.paths import FRONTEND, REPORTS, ROOT, VENV_BIN
from tools.images import floating_images
from tools.lock import INPUT
from tools.node import Node, ensure_node

BILLS = REPORTS / "sbom"
# requirements/audit.txt builds on all the others.
_AUDITED = (
    *("requirements/audit.txt", "requirements/observability.txt", "requirements/node.txt"),
    "requirements/lab.txt",
)
_SERVED = ("requirements.txt", "requirements/stack.txt", "requirements/observability.txt")


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One check of a lock file for known vulnerabilities."""

    what: str
    command: Sequence[str]
    folder: Path = ROOT


def main(what: str) -> int:
    """Write the bills of materials, or audit; return the exit status."""
    try:
        if what == "sbom":
            write_bills(BILLS)
            return 0
        return audit()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1


def write_bills(folder: Path) -> None:
    """Write one CycloneDX document for each lock file of the product. Raises: Problem."""
    folder.mkdir(parents=True, exist_ok=True)
    for lock_file in _SERVED:
        bill = folder / f"{Path(lock_file).stem}.cdx.json"
        _output_of(_bill_command(lock_file, bill), folder=ROOT)
        say(f"{bill}")
    node = ensure_node()
    npm = _npm(node, "sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--omit=dev")
    bill = folder / "client.cdx.json"
    bill.write_text(_output_of(npm, folder=FRONTEND))
    say(f"{bill}")


def audit() -> int:
    """Audit every lock file and list unpinned images; return how many audits failed."""
    asked = _audits(ensure_node())
    failed = [each.what for each in asked if not _passes(each)]
    if floating := floating_images(ROOT):
        say("Images without a digest (`make images` pins them): " + ", ".join(floating))
    for what in failed:
        say(f"seatcast: {what}: vulnerabilities, or the audit failed; see above.")
    return len(failed)


def _audits(node: Node) -> list[Audit]:
    pip_audit = [str(VENV_BIN / "pip-audit"), "--require-hashes", "--disable-pip", "--strict"]
    npm_locks = sorted(
        path.parent
        for path in [
            FRONTEND / "package-lock.json",
            *ROOT.glob("loadtest/**/package-lock.json"),
            *ROOT.glob("laboratory/**/package-lock.json"),
        ]
        if "node_modules" not in path.parts
    )
    return [
        *(Audit(what=name, command=[*pip_audit, "-r", name]) for name in _AUDITED),
        *(
            Audit(
                what=f"{folder.relative_to(ROOT)}/package-lock.json",
                command=_npm(node, "audit", "--package-lock-only"),
                folder=folder,
            )
            for folder in npm_locks
        ),
    ]


def _passes(asked: Audit) -> bool:
    say(f"Auditing {asked.what} …")
    return subprocess.run(asked.command, cwd=asked.folder, check=False).returncode == 0


def _bill_command(lock_file: str, bill: Path) -> list[str]:
    return [
        *(str(VENV_BIN / "cyclonedx-py"), "requirements", lock_file),
        *("--pyproject", str(INPUT), "--output-reproducible", "--of", "JSON", "-o", str(bill)),
    ]


def _npm(node: Node, *arguments: str) -> list[str]:
    # npm must run under the Node.js that it belongs to.
    variables = [f"{name}={value}" for name, value in node.environment().items()]
    return ["env", *variables, *node.npm_command(*arguments)]


def _output_of(command: Sequence[str], *, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
