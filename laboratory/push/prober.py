"""Request a page again and again: `python -m laboratory.push.prober PORT SECONDS`.

In a process of its own, so that only the server delays it. Writes the response times in
milliseconds as a JSON list.
"""

import http.client
import json
import sys
import time

from laboratory.programs import HOST

PATH = "/api/csrf/"
PAUSE_SECONDS = 0.02


def main(port: int, seconds: float) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        connection.request("GET", PATH)
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        took.append((time.monotonic() - started) * 1000)
        time.sleep(PAUSE_SECONDS)
    print(json.dumps(took))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
