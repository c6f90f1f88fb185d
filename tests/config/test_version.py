"""The version of the release: `pyproject.toml` states it, and everything else has it from there."""

import json
import re

from config.version import VERSION
from deploy.paths import FRONTEND, ROOT

_RELEASE = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", re.MULTILINE)


def test_the_changelogs_newest_release_is_this_version() -> None:
    assert _RELEASE.findall((ROOT / "CHANGELOG.md").read_text())[0] == VERSION


def test_the_client_is_built_with_this_version() -> None:
    schema = json.loads((FRONTEND / "openapi.json").read_text())
    assert schema["info"]["version"] == VERSION
