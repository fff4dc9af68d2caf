"""Loopback servers that answer as strangers might: well, never, or without end."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Answering = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request. Answered by whatever the test gave the server."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def answer(self, status: int = 200, body: bytes = b"ok", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_POST(self) -> None:
        self.server.asked.append((self.path, dict(self.headers), self.body()))
        try:
            self.server.answering(self)
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_CONNECT = do_POST

    def log_message(self, *args: object) -> None:
        """Nothing on the terminal of a test."""


def tunnel(asked: Asked, port: int) -> None:
    """What a proxy does for CONNECT: bytes to and fro, here to this port of this machine."""
    with socket.create_connection(("127.0.0.1", port)) as there:
        asked.send_response(200)
        asked.end_headers()
        asked.wfile.flush()
        back = threading.Thread(target=copy, args=(there, asked.connection), daemon=True)
        back.start()
        copy(asked.connection, there)
        back.join(10)
    asked.close_connection = True


def copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    answering: Answering
    asked: list[tuple[str, dict[str, str], bytes]]
    stopped: threading.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving(answering: Answering, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Asked)
    server.answering, server.asked, server.stopped = answering, [], threading.Event()
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path, name: str) -> Path:
    """A certificate for the name, signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
