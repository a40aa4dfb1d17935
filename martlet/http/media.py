"""The door through which pictures, video and sound leave: files by their keys, and nothing else."""

from collections.abc import Mapping

from martlet.http.answer import TEXT, Answer, FilePart
from martlet.http.application import MethodNotAllowed, UnknownHost
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.media import serving
from martlet.media.errors import MediaMissing
from martlet.media.store import LocalStore
from martlet.model.errors import NotAllowed, NotFound

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (UnknownHost, 400),
    (NotAllowed, 403),
    (MethodNotAllowed, 405),
    (NotFound, 404),
    (MediaMissing, 404),
)


class MediaDoor:
    """See `http.application.Door`."""

    prefixes: tuple[str, ...] = ("/media/",)

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self.routes = Routes[Endpoint]()
        self.routes.add("GET", "/media/{a}/{b}/{name}", self._serve)

    async def _serve(self, request: Request, params: Params) -> Answer:
        return file_answer(request, self._store, "/".join(params.values()))

    def failed(self, request: Request, error: Exception) -> Answer:
        """There is nothing to say here that a picture's viewer could read."""
        del request
        status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
        return nothing_to_see(status)


def file_answer(
    request: Request, store: LocalStore, key: str, cache_control: str = serving.FOR_EVER
) -> Answer:
    """The file of that key, or the part of it that was asked for; 404 where there is none."""
    served = serving.serve(
        store,
        key,
        cache_control,
        range=_given(request.headers, b"range"),
        if_range=_given(request.headers, b"if-range"),
        if_none_match=_given(request.headers, b"if-none-match"),
    )
    headers = [
        (name.lower().encode(), value.encode())
        for name, value in served.headers.items()
        if name.lower() != "content-length"
    ]
    part = FilePart(served.path, served.offset, served.length) if served.path else None
    return Answer(b"", served.status, headers, part)


def nothing_to_see(status: int, words: str = "") -> Answer:
    """In place of a file."""
    headers = [TEXT, *((name.lower().encode(), value.encode()) for name, value in serving.HEADERS.items())]
    return Answer(words.encode(), status, headers)


def _given(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
