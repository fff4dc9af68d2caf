"""A loopback SMTP server that takes mails, or answers a step of the conversation as a test says."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

Step = Callable[["Talk"], None]


class Talk(socketserver.StreamRequestHandler):
    """One conversation."""

    server: "Mailbox"

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper().decode()
            if step := self.server.steps.get(verb):
                step(self)
            elif verb == "DATA":
                self._take()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                if verb == "RCPT":
                    self.server.recipients.append(line.decode().split("<")[1].split(">")[0])
                self.say("250 fine")

    def _take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.say("250 taken")


class Mailbox(socketserver.ThreadingTCPServer):
    daemon_threads = True
    mails: list[EmailMessage]
    recipients: list[str]
    steps: dict[str, Step]
    stopped: threading.Event

    @property
    def port(self) -> int:
        return self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def receiving() -> Iterator[Mailbox]:
    box = Mailbox(("127.0.0.1", 0), Talk)
    box.mails, box.recipients, box.steps, box.stopped = [], [], {}, threading.Event()
    thread = threading.Thread(target=box.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield box
    finally:
        box.stopped.set()
        box.shutdown()
        thread.join()
        box.server_close()
