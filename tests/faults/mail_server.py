"""A mail server in a thread, which answers each letter as a test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass(frozen=True)
class Letter:
    """What was received: the Message-ID, the recipient and the subject."""

    id: str
    recipient: str
    subject: str


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """Print nothing: senders are killed."""


@contextmanager
def mail_server(answer: Callable[[Letter], str | None]) -> Iterator[int]:
    """Serve on a free port; None as an answer cuts the connection."""
    lock = threading.Lock()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 test")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"QUIT":
                    self._say("221 bye")
                    return
                if verb != b"DATA":
                    self._say("250 ok")
                    continue
                self._say("354 go on")
                letter = self._letter()
                if letter is None:
                    return
                with lock:
                    text = answer(letter)
                if text is None:
                    return
                self._say(text)

        def _letter(self) -> Letter | None:
            """Return None if the sender was killed before the end."""
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                if not line:
                    return None
                lines.append(line)
            found = message_from_bytes(b"".join(lines))
            subject = str(make_header(decode_header(found["Subject"])))
            return Letter(found["Message-ID"], found["To"], subject)

        def _say(self, text: str) -> None:
            with suppress(OSError):
                self.wfile.write(f"{text}\r\n".encode())

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
