import subprocess
import sys

from loadtest.target import target_at

# Listens on a free port, prints it, and opens and closes files for ever, whose descriptors are
# lower than the socket's.
_BUSY_SERVER = """
import os, socket
low = [os.open(os.devnull, os.O_RDONLY) for _ in range(5)]
server = socket.create_server(("127.0.0.1", 0))
for each in low:
    os.close(each)
print(server.getsockname()[1], flush=True)
while True:
    for each in [os.open(os.devnull, os.O_RDONLY) for _ in range(5)]:
        os.close(each)
"""


def test_a_server_is_found_by_its_port_while_it_opens_and_closes_files() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _BUSY_SERVER], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            port = int(server.stdout.readline())
            found = {target_at(f"http://127.0.0.1:{port}").pid for _ in range(20)}
        finally:
            server.kill()
    assert found == {server.pid}


def test_a_port_that_nobody_listens_on_has_no_process() -> None:
    found = target_at("http://127.0.0.1:1")
    assert (found.pid, found.settings) == (None, None)
