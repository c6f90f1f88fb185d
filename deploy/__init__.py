"""Running Seatcast for real: the stack on one machine, and what other ways of deploying share.

`server` has the command lines of all servers. `stack` runs them on this machine (`make stack`);
Compose, systemd and Kubernetes have files of their own, which tests compare with `server`.
Nothing here imports `tools`, `loadtest` or `laboratory`.
"""
