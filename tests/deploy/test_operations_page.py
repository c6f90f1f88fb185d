"""`docs/operations.md` says what to do about each alert, and names nothing that is not there."""

import re
import subprocess

import pytest
import yaml

from deploy.paths import ROOT

APPS = ("config", "reservations", "accounts", "security_log")
PAGE = (ROOT / "docs" / "operations.md").read_text()


def test_each_alert_has_its_answer() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "monitoring" / "alerts.yml").read_text())
    alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    _, _, section = PAGE.partition("## Alerts")
    assert re.findall(r"^\| `([A-Z]\w+)` \|", section, re.MULTILINE) == alerts


@pytest.mark.parametrize("page", ["deployment.md", "first-day.md", "operations.md"])
def test_each_block_for_a_shell_is_read_by_one(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        read = subprocess.run(
            ["sh", "-n"], input=block, text=True, capture_output=True, check=False
        )
        # Such as of a text that has no end.
        assert (read.returncode, read.stderr) == (0, ""), block


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`manage\.py ([a-z]\w+)", PAGE))))
def test_each_command_is_there(command: str) -> None:
    ours = [ROOT / app / "management" / "commands" for app in APPS]
    assert command == "migrate" or any((folder / f"{command}.py").exists() for folder in ours)


@pytest.mark.parametrize(
    "path",
    sorted(
        {
            *re.findall(r"`((?:deploy|docs|tests)/[\w./-]+)`", PAGE),
            *(f"docs/{link}" for link in re.findall(r"\]\((?!http)([^)#]+)", PAGE)),
        }
    ),
)
def test_what_the_page_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()
