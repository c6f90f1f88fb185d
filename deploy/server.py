"""How Daphne is called, wherever it is."""

APPLICATION = "config.asgi:application"
_BACKLOG = 2048
_FLAGS = {
    # No line for every request.
    "--verbosity": "0",
    # A request that takes longer has lost its worker.
    "--http-timeout": "60",
    # A peer that is gone without a word is noticed within a minute.
    "--ping-interval": "20",
    "--ping-timeout": "30",
    # A seat map may stay open all day.
    "--websocket_timeout": "-1",
    # What clients send is tiny. The frame limit is for what comes in; the message limit holds
    # for what goes out as well, so the largest snapshot must fit.
    "--websocket-max-frame-size": "4096",
    "--websocket-max-message-size": "1048576",
}


def daphne_arguments(*, host: str, port: int) -> list[str]:
    """Return the arguments of the `daphne` command that serves the site."""
    flags = [part for flag in _FLAGS.items() for part in flag]
    interface = host.replace(":", r"\:")
    # Twisted's own backlog of 50 turns people away when hundreds click at the same instant.
    endpoint = f"tcp:port={port}:interface={interface}:backlog={_BACKLOG}"
    return ["--endpoint", endpoint, *flags, "--no-server-name", APPLICATION]
