"""A program on this machine that keeps what is posted to it: a web hook's, a push service, a collector of traces."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Sent(NamedTuple):
    """`headers` by their names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """`answers` are the statuses it answers with first, then `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.answers: list[int] = []
        self.received: list[Sent] = []

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Where it is to be reached."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Sent(self.path, headers, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else receiver.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
