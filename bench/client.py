"""A small keep-alive JSON client, cheap enough not to be the bottleneck."""

import http.client
import json
from typing import Any, Self
from urllib.parse import urlsplit


class ApiError(Exception):
    """The server answered with something else than what was asked for."""


class Client:
    """
    One connection to one server. A new one is opened when the server closed it between two requests.

    `address` is whom we say we ask for, as a proxy in front of the server would.
    """

    def __init__(self, base_url: str, timeout: float = 60.0, address: str = "") -> None:
        parts = urlsplit(base_url)
        self._host = parts.netloc
        self._address = address_of(base_url)
        self._timeout = timeout
        self._forwarded = {"X-Forwarded-For": address} if address else {}
        self._connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body. Raises OSError or HTTPException when there is no answer."""
        sent = (
            {"Host": self._host, "User-Agent": "martlet-bench", "Accept": "*/*"}
            | self._forwarded
            | (headers or {})
        )
        if token:
            sent["Authorization"] = f"Bearer {token}"
        is_first_use = self._connection is None
        try:
            return self._send(method, path, body, sent)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()
            if is_first_use or method != "GET":
                raise
            return self._send(method, path, body, sent)

    def api(self, method: str, path: str, token: str = "", **fields: object) -> Any:
        """JSON in, JSON out. Raises ApiError on anything but 2xx."""
        headers = {"Accept": "application/json"}
        body = b"" if method == "POST" else None
        if fields:
            headers["Content-Type"] = "application/json"
            body = json.dumps(fields).encode()
        status, _, raw = self.request(method, path, token=token, body=body, headers=headers)
        if not 200 <= status < 300:
            raise ApiError(f"{method} {path}: {status} {raw[:200]!r}")
        return json.loads(raw) if raw else None

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self._address, timeout=self._timeout)
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        return response.status, response.headers, response.read()


def address_of(base_url: str) -> tuple[str, int]:
    """Where to connect: `localhost` is pinned to IPv4, so that no run waits for the other family."""
    parts = urlsplit(base_url)
    host = parts.hostname or "127.0.0.1"
    return ("127.0.0.1" if host == "localhost" else host), parts.port or 80
