"""Servers on this machine that speak as LibreTranslate and DeepL are documented to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

KEY = "a-key-that-is-told-to-nobody"
TARGETS = ["en", "de", "zh-Hant"]


def shout(text: str) -> str:
    """The translation: what stands between tags, in capitals."""
    parts = text.replace("<", "\0<").replace(">", ">\0").split("\0")
    return "".join(part if part.startswith("<") else part.upper() for part in parts)


@dataclass
class Service:
    """`asked` is what came: path, headers, body. What is answered may be changed by each test."""

    url: str = ""
    translate: Callable[[str], str] = shout
    status: int = 200
    body: bytes | None = None
    location: str | None = None
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def answer(self, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        raise NotImplementedError

    @property
    def translations(self) -> int:
        return sum(path.endswith("/translate") for path, _, _ in self.asked)


class Libre(Service):
    """https://docs.libretranslate.com/"""

    def answer(self, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        del headers  # the key is in the body
        if path == "/languages":
            return 200, [{"code": code, "name": code, "targets": TARGETS} for code in ("en", "de", "fr")]
        if body.get("api_key") != KEY:
            return 403, {"error": "Please contact the server operator to get an API key"}
        detected = [{"confidence": 90, "language": "fr"} for _ in body["q"]]
        told: dict[str, Any] = {"translatedText": [self.translate(text) for text in body["q"]]}
        return 200, told | ({"detectedLanguage": detected} if body["source"] == "auto" else {})


class Deepl(Service):
    """https://developers.deepl.com/docs"""

    def answer(self, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        if headers.get("authorization") != f"DeepL-Auth-Key {KEY}":
            return 403, {"message": "Forbidden"}
        if path == "/v2/languages?type=source":
            return 200, [{"language": code, "name": code} for code in ("EN", "DE", "FR")]
        if path == "/v2/languages?type=target":
            return 200, [{"language": code, "name": code} for code in ("EN-GB", "DE", "ZH-HANT")]
        assert body["tag_handling"] == "html"
        return 200, {
            "translations": [
                {"detected_source_language": "FR", "text": self.translate(text)} for text in body["text"]
            ]
        }


@contextmanager
def running(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("content-length", 0))
            sent = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.asked.append((self.path, headers, sent))
            status, told = service.answer(self.path, headers, sent)
            if service.status != 200:
                status = service.status
            body = json.dumps(told).encode() if service.body is None else service.body
            self.send_response(status)
            if service.location is not None:
                self.send_header("location", service.location)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the standard library's names

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
