"""A mail server of one test's own, on this machine: takes everything, keeps it."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default


class Postbox:
    """`letters` as they came in; `senders` and `receivers` as the envelopes said."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.raw: list[bytes] = []
        self.port = 0
        self.refuses = False

    def take(self, raw: bytes) -> None:
        self.raw.append(raw)
        parsed = email.message_from_bytes(raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.letters.append(parsed)

    @property
    def links(self) -> list[str]:
        """The paths that letters lead to."""
        words = " ".join(letter.get_content() for letter in self.letters).split()
        return [
            word.removeprefix("http://localhost:3000")
            for word in words
            if word.startswith("http://localhost:3000/")
        ]


@contextmanager
def opened() -> Iterator[Postbox]:
    box = Postbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 postbox")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"QUIT":
                    self.say("221 bye")
                    return
                if word == b"DATA":
                    self.say("354 go on")
                    lines = []
                    while (one := self.rfile.readline()) not in (b".\r\n", b""):
                        lines.append(one.removeprefix(b".") if one.startswith(b"..") else one)
                    box.take(b"".join(lines))
                elif word == b"RCPT":
                    if box.refuses:
                        self.say("451 later")
                        continue
                    box.receivers.append(line.decode().strip())
                self.say("250 fine")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
