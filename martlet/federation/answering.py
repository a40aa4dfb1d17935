"""What answers with documents share: headers, whose they are, and which page of a collection is asked for."""

import msgspec

from martlet.activitypub.build import Document
from martlet.http.answer import NOSNIFF, Answer, Header
from martlet.http.request import Request
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.paging import LAST_ID
from martlet.signing import canonical_json
from martlet.storage import accounts
from martlet.storage.database import Reader
from martlet.text import names

ACTIVITY: Header = (b"content-type", b"application/activity+json")
VARY: Header = (b"vary", b"accept")
CACHED: Header = (b"cache-control", b"public, max-age=60")


class GoneHere(NotFound):
    """It was here, and is no more; `tombstone` says so in its author's name."""

    code = "gone"

    def __init__(self, tombstone: bytes = b"{}") -> None:
        super().__init__()
        self.tombstone = tombstone


def account_here(db: Reader, username: str) -> Account:
    """Somebody here. Raises `NotFound`, `GoneHere`."""
    if not names.is_username(username):
        raise NotFound
    try:
        account = accounts.get_shown_by_handle(db, username)
    except NotFound:
        known = accounts.find_by_handle(db, username)
        if known is not None and known.deleted_at is not None:
            raise GoneHere from None
        raise
    if account.is_gone:
        raise GoneHere
    return account


def request_uri(request: Request, collection: str) -> str:
    """The address of a page of a collection, as it was asked for."""
    return f"{collection}?{request.query.decode('latin-1')}"


def page_before(request: Request) -> int | None:
    """The id before which the page asked for begins; None where the collection itself is asked for."""
    if b"page=" not in request.query:
        return None
    return id_asked(request, "before") or LAST_ID


def id_asked(request: Request, name: str) -> int | None:
    """An id in the query; None where there is none."""
    for part in request.query.decode("latin-1").split("&"):
        key, _, value = part.partition("=")
        if key == name:
            return id_from(value)
    return None


def document_answer(document: Document) -> Answer:
    return Answer(canonical_json.encode(document), 200, [ACTIVITY, NOSNIFF, VARY, CACHED])


def listing_answer(document: Document, items: list[bytes]) -> Answer:
    """A collection with documents in it, each byte for byte."""
    whole = {**document, "orderedItems": [msgspec.Raw(item) for item in items]}
    return Answer(msgspec.json.encode(whole), 200, [ACTIVITY, NOSNIFF, VARY, CACHED])
