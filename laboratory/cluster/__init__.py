"""`make lab`: a cluster of hosts on one machine, and a sale on it during faults.

`network` makes the hosts, which are network namespaces, and `links` cuts, thins and slows what runs
between them. `engines` starts PostgreSQL under Patroni, Valkey under Sentinel and PgBouncer, and
`site` the servers and proxies. `faults` injects one fault after the other, `probes` measure how
long an engine was away, and `checker` reads the clients' histories. docs/lab.md has the map.
"""
