"""
What this server keeps of somebody whose mirror it is, as anybody may read it: a plain page that says whose copy it is and
how old, put together from the signed documents themselves and the files that they name.
"""

from collections.abc import Mapping
from functools import partial

from martlet.activitypub import parse
from martlet.activitypub.things import Attachment, Writing
from martlet.http.accepting import wants_document
from martlet.http.answer import Answer, redirect
from martlet.model.accounts import Account
from martlet.model.carrying import Trust
from martlet.model.errors import MalformedDocument, NotFound
from martlet.model.names import Uri
from martlet.model.paging import LAST_ID
from martlet.model.server import moment
from martlet.signing import canonical_json, digests
from martlet.storage import accounts, handed_out, mirrored, mirrored_media
from martlet.storage.database import Reader
from martlet.storage.mirrored import Mirrored
from martlet.text import sanitize
from martlet.text.cleaning import one_line
from martlet.web import addresses
from martlet.web.cards import Html
from martlet.web.carried_words import TRUST
from martlet.web.mirror_pages import CopiedFile, CopiedPost, CopiesPage, FileKind
from martlet.web.mirror_words import heard
from martlet.web.visits import Pages, Visit

pages = Pages()

AT_ONCE = 20
KEPT = 60_000
"""Milliseconds for which a page is good: it says how many minutes ago something was."""
MOST_FILES = 16
DIGEST = 64
KINDS: Mapping[str, FileKind] = {"image": "picture", "video": "film", "audio": "sound"}


async def profile(visit: Visit) -> Answer:
    """The last posts of somebody elsewhere. Raises `NotFound` where this server is not their mirror."""
    account, one = await visit.store.reading(_find, visit.params["username"])
    if wants_document(visit.request):
        return redirect(one.uri, 302)  # documents are at their own server (attacks G11)
    return await visit.store.reading(_profile, visit, account, one)


def _find(db: Reader, handle: str) -> tuple[Account, Mirrored]:
    """Raises `NotFound`."""
    name, _, host = handle.partition("@")
    account = accounts.find_by_handle(db, name, host.lower()) if host else None
    one = mirrored.find(db, account.id) if account is not None and not account.is_gone else None
    if account is None or one is None or one.state != "accepted":
        raise NotFound
    return account, one


def _profile(db: Reader, visit: Visit, account: Account, one: Mirrored) -> Answer:
    before, than = visit.query.get("before", ""), Uri(visit.query.get("than", "")[:2048])
    at = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else LAST_ID  # noqa: PLR2004 - digits of 2⁶³
    found = mirrored.newest_posts(db, account.id, at, than, AT_ONCE)

    def make() -> tuple[CopiesPage, int]:
        older = None
        own = addresses.at(addresses.PROFILE, username=account.handle)
        if len(found) == AT_ONCE:
            name, said_at, _ = found[-1]
            older = addresses.with_query(own, {"before": str(said_at), "than": name})
        cards = tuple(_post(db, account, body) for _, _, body in found)
        return _page(visit, account, one, cards, older), visit.here.now_ms() + KEPT

    return visit.public_page((account, one.last_sequence, one.contact_at, one.missing, at, than), make)


@pages.get(addresses.COPY, access="anyone")
async def post(visit: Visit) -> Answer:
    return await visit.store.reading(_one, visit)


def _one(db: Reader, visit: Visit) -> Answer:
    account, one = _find(db, visit.params["username"])
    text = visit.params["digest"]
    if len(text) != DIGEST or not all(letter in "0123456789abcdef" for letter in text):
        raise NotFound
    found = mirrored.find_by_digest(db, bytes.fromhex(text))
    kept = handed_out.mirrored_document(db, found[1].uri) if found is not None else None
    if found is None or kept is None or found[0] != account.id or found[1].kind != "post":
        raise NotFound

    def make(body: bytes) -> tuple[CopiesPage, int]:
        page = _page(visit, account, one, (_post(db, account, body),), None, is_one=True)
        return page, visit.here.now_ms() + KEPT

    return visit.public_page((account, text, one.contact_at), partial(make, kept[1]))


def _page(
    visit: Visit,
    account: Account,
    one: Mirrored,
    posts: tuple[CopiedPost, ...],
    older: str | None,
    *,
    is_one: bool = False,
) -> CopiesPage:
    return CopiesPage(
        name=account.display_name or account.username,
        handle=f"@{account.handle}",
        address=addresses.at(addresses.PROFILE, username=account.handle),
        original=account.url or account.uri,
        note_html=Html(account.note_html),
        trust=TRUST[Trust.CONFIRMED],
        heard=heard(one.contact_at, visit.here.now_ms()),
        posts=posts,
        missing=one.missing,
        is_one=is_one,
        older=older,
    )


def _post(db: Reader, account: Account, body: bytes) -> CopiedPost:
    try:
        said = parse.writing(canonical_json.parse_object(body))
    except MalformedDocument:
        said = Writing(Uri(account.uri), account.uri)
    files = [_file(db, each) for each in said.attachments[:MOST_FILES]]
    digest = mirrored.digest_of(body).hex()
    return CopiedPost(
        address=addresses.at(addresses.COPY, username=account.handle, digest=digest),
        original=said.url or said.uri,
        text_html=Html(sanitize.sanitize(said.html)),
        language=said.language or "",
        warning=one_line(sanitize.plain(said.warning))[:500],
        written_at=None if said.created_at is None else moment(said.created_at),
        files=tuple(file for file in files if file is not None),
        absent=files.count(None),
    )


def _file(db: Reader, one: Attachment) -> CopiedFile | None:
    """A file that is kept here; None where it is not."""
    digest, kind = digests.from_multihash(one.digest), KINDS.get(one.media_type.partition("/")[0])
    if digest is None or kind is None or mirrored_media.find(db, digest) is None:
        return None
    source = f"/.well-known/apgateway/hl:{digests.multihash(digest)}"
    return CopiedFile(source, kind, one.description, one.width, one.height)
