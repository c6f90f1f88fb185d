"""The manifests, validated by Kubernetes' schemas, since there is no cluster."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.paths import ROOT
from deploy.server import (
    MIGRATE_SETTINGS,
    caddy_arguments,
    check_arguments,
    daphne_arguments,
    granian_arguments,
    grant_arguments,
    housekeeping_arguments,
    migrate_arguments,
    proxy_variables,
)
from deploy.stack_services import STOP_SECONDS

FOLDER = ROOT / "deploy" / "kubernetes"
VERSION = "1.34"
SCALED = ("api", "sockets", "proxy")
NAME = "app.kubernetes.io/name"
NOT_MANIFESTS = {"kustomization.yaml"}

Manifest = dict[str, Any]


def manifests() -> Iterator[tuple[str, Manifest]]:
    for file in sorted(FOLDER.glob("*.yaml")):
        if file.name not in NOT_MANIFESTS:
            for manifest in yaml.safe_load_all(file.read_text()):
                yield file.name, manifest


ALL = list(manifests())
PODS = {
    each["metadata"]["name"]: each["spec"].get("jobTemplate", each)["spec"]["template"]
    for _, each in ALL
    if each["kind"] in {"Deployment", "Job", "CronJob"}
}


def one(kind: str, name: str) -> Manifest:
    [found] = [each for _, each in ALL if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def container(name: str) -> Manifest:
    [only] = PODS[name]["spec"]["containers"]
    return dict(only)


def own_settings(name: str) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container(name).get("env", [])}


@pytest.mark.parametrize(
    "manifest",
    [pytest.param(each, id=f"{each['kind']} {each['metadata']['name']}") for _, each in ALL],
)
def test_a_manifest_is_valid(manifest: Manifest) -> None:
    kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_kustomize_applies_everything_but_the_secret() -> None:
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    assert set(listed) == {file for file, _ in ALL} - {"secret-template.yaml"}


def test_commands_equal_the_stacks() -> None:
    daphne = daphne_arguments(host="0.0.0.0", port=8000)
    granian = granian_arguments(host="0.0.0.0", port=8000)
    assert container("sockets")["command"] == ["daphne", *daphne]
    assert container("api")["command"] == ["granian", *granian]
    assert container("housekeeping")["command"] == ["python", *housekeeping_arguments()]
    caddyfile = caddy_arguments(caddyfile="/etc/caddy/Caddyfile")
    assert container("proxy")["command"] == ["caddy", *caddyfile]
    before = (migrate_arguments(), grant_arguments(), check_arguments())
    steps = [shlex.join(["python", *each]) for each in before]
    assert container("migrate")["command"] == ["sh", "-c", " && ".join(steps)]
    assert own_settings("migrate") == MIGRATE_SETTINGS


def test_the_proxy_has_its_variables_and_existing_upstreams() -> None:
    assert one("ConfigMap", "proxy")["data"] == proxy_variables(
        site="http://:8080",
        host="0.0.0.0",
        https_port=8443,
        http_port=8080,
        trusted="private_ranges",
        sockets=["sockets:8000"],
        api=["api:8000"],
        client_dir="/srv/client",
        static_dir="/srv/static",
        own_dir="/data",
        log_format="json",
        access_log="off",
        api_routing="by_turns",
    )
    for name in SCALED:
        service = one("Service", name)["spec"]
        [port] = service["ports"]
        [exposed] = container(name)["ports"]
        assert service["selector"].items() <= PODS[name]["metadata"]["labels"].items()
        assert port["targetPort"] == exposed["name"]
        assert port["port"] == exposed["containerPort"]


def test_every_setting_is_documented_and_no_secret_has_a_value() -> None:
    documented = (ROOT / ".env.example").read_text()
    owner = one("Secret", "migration")["stringData"]
    secrets = {**one("Secret", "secrets")["stringData"], **owner}
    settings = one("ConfigMap", "settings")["data"]
    for name in {*secrets, *settings, *own_settings("api"), *own_settings("sockets")}:
        assert f"# {name}=" in documented
    assert set(secrets.values()) == {""}
    assert settings["SEATCAST_PRODUCTION"] == settings["SEATCAST_HTTPS"] == "True"


def test_only_migration_and_commands_get_the_owners_credentials() -> None:
    assert one("Secret", "migration")["stringData"].keys() == {"DATABASE_MIGRATION_URL"}
    given = {
        name
        for name in PODS
        for source in container(name)["envFrom"]
        if source.get("secretRef", {}).get("name") == "migration"
    }
    assert given == {"migrate", "manage"}


def test_management_commands_run_like_the_migration_and_only_on_request() -> None:
    assert one("CronJob", "manage")["spec"]["suspend"] is True
    for setting in ("image", "env", "envFrom"):
        assert container("manage")[setting] == container("migrate")[setting]


@pytest.mark.parametrize("name", PODS)
def test_pods_are_sandboxed_and_limited(name: str) -> None:
    pod, only = PODS[name]["spec"], container(name)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert only["resources"].keys() == {"requests", "limits"}
    for amounts in only["resources"].values():
        assert amounts.keys() == {"cpu", "memory"}
    writable = {volume["name"] for volume in pod["volumes"] if "sizeLimit" in volume["emptyDir"]}
    assert {mount["name"] for mount in only["volumeMounts"]} == writable


@pytest.mark.parametrize("name", SCALED)
def test_scaled_deployments_roll_without_a_gap(name: str) -> None:
    deployment = one("Deployment", name)["spec"]
    # Its scaler's, which would be undone each time that this is applied.
    assert "replicas" not in deployment
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    scaler = one("HorizontalPodAutoscaler", name)["spec"]
    assert scaler["scaleTargetRef"]["name"] == name
    assert scaler["minReplicas"] >= 2
    budget = one("PodDisruptionBudget", name)["spec"]
    assert budget["selector"]["matchLabels"].items() <= PODS[name]["metadata"]["labels"].items()
    pod, only = PODS[name]["spec"], container(name)
    pause = only["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] >= pause + STOP_SECONDS
    assert {each["topologyKey"] for each in pod["topologySpreadConstraints"]} == {
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    }


@pytest.mark.parametrize("name", ["api", "sockets"])
def test_servers_have_probes(name: str) -> None:
    only = container(name)
    paths = {
        probe: only[probe]["httpGet"]["path"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
    }
    assert paths == {
        "startupProbe": "/healthz",
        "readinessProbe": "/readyz",
        "livenessProbe": "/healthz",
    }


def test_the_ingress_routes_sockets_directly_with_the_right_number_of_proxies() -> None:
    [rule] = one("Ingress", "seatcast")["spec"]["rules"]
    led = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert led == {"/ws/": "sockets", "/": "proxy"}
    assert own_settings("sockets")["SEATCAST_PROXIES"] == "1"
    assert own_settings("api")["SEATCAST_PROXIES"] == "2"
    settings = one("ConfigMap", "settings")["data"]
    assert settings["SEATCAST_ALLOWED_HOSTS"] == rule["host"]
    assert settings["SEATCAST_SITE_URL"] == f"https://{rule['host']}"


def test_network_policies_name_existing_pods() -> None:
    policies = [each["spec"] for _, each in ALL if each["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    named = re.findall(rf"{NAME}: ([\w-]+)", (FOLDER / "network.yaml").read_text())
    assert set(named) <= set(PODS)
    [listed] = [
        set(policy["podSelector"]["matchExpressions"][0]["values"])
        for policy in policies
        if policy["policyTypes"] == ["Egress"] and policy["podSelector"]
    ]
    assert listed == set(PODS) - {"proxy"}


def test_network_policies_allow_external_services_and_acme() -> None:
    out = one("NetworkPolicy", "out-of-the-servers")["spec"]["egress"]
    ports = {port["port"] for rule in out for port in rule["ports"]}
    assert ports == {5432, 6432, 6379, 6380, 26379, 443, 587, 465, 4318}
    solver = one("NetworkPolicy", "into-the-solver")["spec"]
    into_the_proxy = one("NetworkPolicy", "into-the-proxy")["spec"]
    assert solver["ingress"][0]["from"] == into_the_proxy["ingress"][0]["from"]
