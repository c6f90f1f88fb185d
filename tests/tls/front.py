"""TLS in front of a service that has none, as its own would be."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.tls.connections import Certificate

# What PostgreSQL's clients ask before anything else, and the answer "yes".
_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_YES = b"S"


@contextmanager
def tls_front(certificate: Certificate, *, to_port: int, asks_first: bool = False) -> Iterator[int]:
    """Listen with TLS on a port of this machine, and pass on what comes; yield the port.

    `asks_first` is PostgreSQL's way, whose clients ask in the clear whether there is TLS.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    client, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=carry, args=[client], daemon=True).start()

        def carry(client: socket.socket) -> None:
            # A client that does not trust the certificate hangs up.
            with suppress(OSError), client:
                if asks_first:
                    if client.recv(len(_SSL_REQUEST)) != _SSL_REQUEST:
                        return
                    client.sendall(_YES)
                with (
                    context.wrap_socket(client, server_side=True) as inside,
                    socket.create_connection(("127.0.0.1", to_port)) as service,
                ):
                    back = threading.Thread(target=_pump, args=[service, inside], daemon=True)
                    back.start()
                    _pump(inside, service)
                    back.join(5)

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
