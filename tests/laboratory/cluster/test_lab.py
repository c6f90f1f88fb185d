"""The lab's own code, without its hosts: what it asks of the kernel and the engines."""

import os
import shutil
from pathlib import Path

import prometheus_client
import pytest

from deploy.console import Problem
from infrastructure.shared_cache import redis_servers
from laboratory.cluster import network
from laboratory.cluster.engines import (
    direct_url,
    patroni_settings,
    pooled_url,
    pooler_settings,
    sentinel_settings,
    sentinel_url,
    standby_url,
)
from laboratory.cluster.faults import LINKS, ROLES, all_faults
from laboratory.cluster.hosts import Hosts
from laboratory.cluster.links import rules
from laboratory.cluster.outcomes import longest_gap, most_behind
from laboratory.cluster.server_metrics import committed_batches, counted_reads
from reservations.runtime import metrics

HOSTS = Hosts()


def test_hosts_have_different_names_and_addresses() -> None:
    everything = HOSTS.everything
    assert len({host.name for host in everything}) == len(everything) == 15
    assert len({host.address for host in everything}) == len(everything)
    # The kernel's limit for the name of an interface.
    assert all(len(host.name) < 16 for host in everything)


def test_servers_run_unprivileged_and_end_with_their_parent() -> None:
    command = HOSTS.databases[0].command("postgres")
    assert command[:4] == ["ip", "netns", "exec", "seatcast-lab-db1"]
    assert "--pdeathsig=KILL" in command
    assert command[-2:] == ["--", "postgres"]


def test_the_lab_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Problem, match="needs root"):
        network.require_programs()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Problem, match="etcd-server iproute2 nftables pgbouncer"):
        network.require_programs()


def test_a_cut_drops_packets_in_the_asked_direction() -> None:
    assert rules("fault1", ["ip saddr { 10.203.0.2 } drop"], []).splitlines() == [
        "add table inet fault1",
        "add chain inet fault1 input { type filter hook input priority 0 ; }",
        "add rule inet fault1 input ip saddr { 10.203.0.2 } drop",
        "add chain inet fault1 output { type filter hook output priority 0 ; }",
    ]


def test_servers_are_given_all_databases_and_all_sentinels() -> None:
    assert "@10.203.0.21:6432,10.203.0.22:6432/" in pooled_url(HOSTS)
    assert "@10.203.0.21:5432,10.203.0.22:5432/" in direct_url(HOSTS)
    assert "target_session_attrs=read-write" in direct_url(HOSTS)
    # PgBouncer would answer for a session of long ago.
    assert "target_session_attrs" not in pooled_url(HOSTS)
    # Whichever of the two it is.
    assert "@10.203.0.21:5432,10.203.0.22:5432/" in standby_url(HOSTS)
    assert "target_session_attrs=standby" in standby_url(HOSTS)
    assert len(redis_servers.channel_host(sentinel_url(HOSTS))["sentinels"]) == 3


def test_commits_wait_for_the_standby_unless_the_loss_is_planted() -> None:
    for is_synchronous in (True, False):
        found = patroni_settings(
            HOSTS,
            HOSTS.databases[0],
            home=Path("/home"),
            programs=Path("/bin"),
            is_synchronous=is_synchronous,
        )
        settings = found["bootstrap"]["dcs"]
        assert settings["synchronous_mode"] is is_synchronous
        # Patroni's own rule.
        assert settings["loop_wait"] + 2 * settings["retry_timeout"] <= settings["ttl"]


def test_the_pooler_gives_each_transaction_a_session_and_a_sentinel_needs_a_second() -> None:
    assert "pool_mode = transaction" in pooler_settings(HOSTS.databases[0], users=Path("/users"))
    settings = sentinel_settings(HOSTS.votes[0], HOSTS.valkeys[0])
    assert "sentinel monitor seatcast 10.203.0.31 6379 2" in settings


def test_every_role_dies_and_freezes_and_every_link_is_cut_three_ways() -> None:
    names = [fault.name for fault in all_faults()]
    assert len(set(names)) == len(names)
    for role in ROLES:
        assert {f"{role} killed", f"{role} frozen"} <= set(names)
    for link in LINKS:
        assert {f"{link.name} cut ({way})" for way in ("in", "out", "both")} <= set(names)


def test_reads_that_may_lag_are_counted_by_who_answered() -> None:
    written = """# TYPE seatcast_standby_reads_total counter
seatcast_standby_reads_total{server="standby"} 12.0
seatcast_standby_reads_total{server="primary"} 3.0
seatcast_standby_reads_created{server="standby"} 1.7e+09
"""
    assert counted_reads(written) == {"standby": 12, "primary": 3}
    assert counted_reads("") == {}


def test_batches_are_read_from_a_servers_metrics() -> None:
    batches = metrics.batch_commands
    batches.observe(3)
    # As the servers write them.
    written = prometheus_client.generate_latest(batches).decode()
    before = committed_batches(written)
    batches.observe(2)
    assert committed_batches(prometheus_client.generate_latest(batches).decode()) == before + 1
    assert committed_batches("") == 0


def test_the_longest_gap_includes_the_ends_of_the_window() -> None:
    assert longest_gap([1.0, 2.0, 6.0, 7.0], since=1.5, until=8.0) == (4.0, 6.0)
    assert longest_gap([], since=1.0, until=3.0) == (2.0, 3.0)
    assert longest_gap([1.0, 2.0], since=0.5, until=9.0) == (7.0, 9.0)


def test_viewers_are_behind_until_they_have_the_number_that_the_database_had() -> None:
    heads = [(10.0, 4), (11.0, 6)]
    prompt = [(9.9, 4), (11.2, 7)]
    late = [(9.9, 4), (10.5, 5), (14.0, 6)]
    assert most_behind(heads, [prompt]) == pytest.approx(0.2)
    assert most_behind(heads, [prompt, late]) == pytest.approx(3.0)
    never = [(9.9, 4)]
    assert most_behind(heads, [never]) == float("inf")
