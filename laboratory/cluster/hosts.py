"""The hosts of the lab, and the addresses of what runs on them."""

from dataclasses import dataclass

from laboratory.cluster.network import Host

POSTGRES_PORT, POOLER_PORT, PATRONI_PORT = 5432, 6432, 8008
VALKEY_PORT, SENTINEL_PORT = 6379, 26379
ETCD_PORT, ETCD_PEER_PORT = 2379, 2380
SITE_PORT = 8000
PROXY_PORT = 80
VALKEY_NAME = "seatcast"
"""The name of Valkey's master in Sentinel."""


def _hosts(name: str, count: int, first: int) -> tuple[Host, ...]:
    return tuple(
        Host(f"{name}{number}", f"10.203.0.{first + number}") for number in range(1, count + 1)
    )


_CROWD = Host("crowd", "10.203.0.99")


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """All hosts by their role. Clients and the lab's own processes run on `crowd`.

    `votes` have a member of etcd and a Sentinel each, `databases` PostgreSQL, Patroni and
    PgBouncer; housekeeping runs on the first of `api`.
    """

    votes: tuple[Host, ...] = _hosts("vote", 3, 10)
    databases: tuple[Host, ...] = _hosts("db", 2, 20)
    valkeys: tuple[Host, ...] = _hosts("valkey", 2, 30)
    api: tuple[Host, ...] = _hosts("api", 2, 40)
    sockets: tuple[Host, ...] = _hosts("sockets", 3, 50)
    proxies: tuple[Host, ...] = _hosts("proxy", 2, 60)
    crowd: Host = _CROWD

    @property
    def servers(self) -> tuple[Host, ...]:
        return (
            *(*self.votes, *self.databases, *self.valkeys),
            *(*self.api, *self.sockets, *self.proxies),
        )

    @property
    def everything(self) -> tuple[Host, ...]:
        return (*self.servers, self.crowd)


def places(hosts: tuple[Host, ...], port: int) -> list[str]:
    """Return host:port of each."""
    return [f"{host.address}:{port}" for host in hosts]
