"""The documentation names files that exist, and every alert."""

import re
from pathlib import Path

import pytest
import yaml

from deploy.paths import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\((?!http)([^)#\s]+)")
_PATH = re.compile(r"`((?:deploy|docs|laboratory|loadtest|tests|tools)/[\w./-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    named = [page.parent / link for link in _LINK.findall(text)]
    named += [ROOT / path for path in _PATH.findall(text)]
    assert [str(path) for path in named if not path.exists()] == []


def test_the_readme_has_at_most_100_lines() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 100


def test_the_operations_page_explains_every_alert() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "monitoring" / "alerts.yml").read_text())
    page = (ROOT / "docs" / "operations.md").read_text()
    alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    assert [alert for alert in alerts if f"| `{alert}` |" not in page] == []
