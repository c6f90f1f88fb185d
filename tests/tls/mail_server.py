"""A mail server that takes letters over TLS alone, and keeps them."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase

from tests.tls.connections import Certificate

Say = Callable[[bytes], object]
_REPLIES = {"EHLO": "250 SIZE", "MAIL": "250 ok", "RCPT": "250 ok", "QUIT": "221 bye"}


@contextmanager
def mail_server(certificate: Certificate) -> Iterator[tuple[int, list[str]]]:
    """Yield the port of a server that offers STARTTLS, and the letters that it takes."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    letters: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            if _asks_for_tls(self.rfile, self.wfile.write):
                # A client that does not trust the certificate hangs up.
                with suppress(OSError), context.wrap_socket(self.request, server_side=True) as safe:
                    _take(safe.makefile("rb"), safe.sendall, letters)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], letters
        server.shutdown()


def _asks_for_tls(read: BufferedIOBase, say: Say) -> bool:
    for line in read:
        word = line.decode().split()[0].upper()
        if word == "STARTTLS":
            say(b"220 go on\r\n")
            return True
        say(b"250-here\r\n250 STARTTLS\r\n" if word == "EHLO" else b"530 STARTTLS first\r\n")
    return False


def _take(read: BufferedIOBase, say: Say, letters: list[str]) -> None:
    for line in read:
        word = line.decode().split()[0].upper()
        if word == "DATA":
            say(b"354 go on\r\n")
            lines = iter(read.readline, b".\r\n")
            letters.append(b"".join(lines).decode())
            say(b"250 taken\r\n")
        else:
            say(f"{_REPLIES.get(word, '502 what?')}\r\n".encode())
