"""Dashboard, alerts and documentation use exactly the metrics that servers export."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accounts.metric_collectors import AccountCollector
from config.web.probes import Probes
from deploy.paths import ROOT
from realtime.hub import viewers_by_event
from realtime.metrics import ViewersCollector
from reservations.bookings.collectors import SalesCollector
from webhooks.metric_collectors import WebhookCollector

pytestmark = pytest.mark.any_database

MONITORING = ROOT / "deploy" / "monitoring"
DASHBOARD = MONITORING / "grafana" / "dashboards" / "seatcast.json"
# Prometheus's own.
UP = "up"

_NO_NAMES = re.compile(
    r"""
    "(?:[^"\\]|\\.)*"                                         # strings
    | \{[^}]*\} | \[[^\]]*\]                                  # labels and ranges
    | \b(?:by|without|on|ignoring)\s*\([^)]*\)                # lists of labels
    | \b[a-z_]\w*(?=\s*\()                                    # functions
    | \b(?:and|or|unless|bool|offset|sum|min|max|avg|count)\b # operators
    """,
    re.VERBOSE,
)


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    return dict(json.loads(DASHBOARD.read_text()))


@pytest.fixture
def exported(db: None, settings: Settings) -> set[str]:
    """Return the names of all that servers tell, with those that only some of them do."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reply = Probes(
        ViewersCollector(viewers_by_event), SalesCollector(), AccountCollector(), WebhookCollector()
    ).probe("/metrics")
    assert reply is not None
    families = text_string_to_metric_families(reply().body.decode())
    return {UP} | {name for family in families for name in _names(family)}


def test_every_panel_queries_existing_metrics(
    dashboard: dict[str, Any], exported: set[str]
) -> None:
    for panel in _panels(dashboard):
        for target in panel["targets"]:
            asked = _asked_for(target["expr"])
            assert asked
            assert asked <= exported, panel["title"]


def test_every_alert_queries_existing_metrics(exported: set[str]) -> None:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"][0]["rules"]
    for rule in rules:
        asked = _asked_for(rule["expr"])
        assert asked
        assert asked <= exported, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"].keys() == {"summary", "description"}


def test_every_metric_is_on_the_dashboard_and_documented(
    dashboard: dict[str, Any], exported: set[str]
) -> None:
    shown = {
        name
        for panel in _panels(dashboard)
        for target in panel["targets"]
        for name in _asked_for(target["expr"])
    }
    explained = re.findall(r"`(\w+)`", (ROOT / "docs" / "observability.md").read_text())
    assert _ours(exported) == _ours(shown) == _ours(explained)


def test_every_panel_has_a_description_and_a_unit(dashboard: dict[str, Any]) -> None:
    panels = list(_panels(dashboard))
    for panel in panels:
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
    everything = dashboard["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    taken = [place for panel in everything for place in _places(panel)]
    assert len(set(taken)) == len(taken)


def test_grafanas_provisioning_names_mounted_paths(
    dashboard: dict[str, Any],
) -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    mounted = dict(
        volume.split(":")[:2][::-1]
        for name in ("prometheus", "grafana")
        for volume in services[name]["volumes"]
        if volume.startswith("./")
    )
    assert all((ROOT / here).exists() for here in mounted.values())
    provisioning = ROOT / mounted["/etc/grafana/provisioning"]
    (provider,) = _read(provisioning / "dashboards" / "seatcast.yml")["providers"]
    assert ROOT / mounted[provider["options"]["path"]] == DASHBOARD.parent
    (source,) = _read(provisioning / "datasources" / "prometheus.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    uids = {
        target["datasource"]["uid"] for panel in _panels(dashboard) for target in panel["targets"]
    }
    assert uids == {source["uid"]}


def test_prometheus_scrapes_every_server() -> None:
    asked = {
        name
        for job in _read(MONITORING / "prometheus.yml")["scrape_configs"]
        for source in job["dns_sd_configs"]
        for name in source["names"]
    }
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert asked == {name for name, each in services.items() if "/readyz" in str(each)}


def _names(family: Any) -> set[str]:
    match family.type:
        case "counter":
            return {f"{family.name}_total"}
        case "histogram":
            return {f"{family.name}_{part}" for part in ("bucket", "count", "sum")}
        case _:
            return {family.name}


def _ours(names: Iterable[str]) -> set[str]:
    """Return the metrics of this site that names are of; a histogram has three."""
    parts = re.compile(r"_(bucket|count|sum)$")
    return {parts.sub("", name) for name in names if name.startswith("seatcast_")}


def _asked_for(expression: str) -> set[str]:
    return set(re.findall(r"[a-zA-Z_]\w*", _NO_NAMES.sub(" ", expression)))


def _panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def _places(panel: dict[str, Any]) -> list[tuple[int, int]]:
    at = panel["gridPos"]
    columns, lines = range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])
    return [(column, line) for column in columns for line in lines]


def _read(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text()))
