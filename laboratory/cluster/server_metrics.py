"""What the site's servers count of themselves, each since its last start."""

import http.client
import re
import time
from collections import Counter
from contextlib import suppress

from deploy.address import Address
from laboratory.cluster.hosts import SITE_PORT, Hosts
from laboratory.cluster.network import Host

_TIMEOUT_SECONDS = 5
_COUNTED_SECONDS = 1.0


def standby_reads(hosts: Hosts) -> Counter[str]:
    """Return how many reads that may lag were answered by the standby, and by the primary."""
    found: Counter[str] = Counter({"standby": 0, "primary": 0})
    for host in (*hosts.api, *hosts.sockets):
        found.update(counted_reads(_metrics(host)))
    return found


def selling_host(hosts: Hosts) -> Host:
    """Return the API host that now commits most batches."""
    before = {host: committed_batches(_metrics(host)) for host in hosts.api}
    time.sleep(_COUNTED_SECONDS)
    return max(hosts.api, key=lambda host: committed_batches(_metrics(host)) - before[host])


def counted_reads(metrics: str) -> Counter[str]:
    """Return the numbers of reads that may lag in a server's metrics, by who answered."""
    found = re.findall(r'^seatcast_standby_reads_total{server="(\w+)"} (\S+)$', metrics, re.M)
    return Counter({server: int(float(count)) for server, count in found})


def committed_batches(metrics: str) -> int:
    """Return the number of batches in a server's metrics."""
    found = re.search(r"^seatcast_queue_batch_commands_count (\S+)$", metrics, re.M)
    return int(float(found[1])) if found else 0


def _metrics(host: Host) -> str:
    """Return the metrics of a host's server, or nothing if it does not answer."""
    client = Address(host=host.address, port=SITE_PORT).client(timeout=_TIMEOUT_SECONDS)
    try:
        with suppress(OSError, http.client.HTTPException):
            client.request("GET", "/metrics")
            return client.getresponse().read().decode()
    finally:
        client.close()
    return ""
