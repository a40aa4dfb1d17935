"""Files that carry posts: made, opened, and what came in them."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from martlet.activitypub import parse
from martlet.archives.bundles import Limits
from martlet.http import limits
from martlet.http.answer import NOSNIFF, PRIVATE, Answer, FilePart, json_answer
from martlet.model.carrying import Refusal, Trust
from martlet.model.errors import Conflict, InvalidInput, MalformedDocument, MartletError, NotFound
from martlet.model.ids import id_from
from martlet.model.names import NOBODY, AccountId, PostId, Uri, host_of
from martlet.model.paging import LAST_ID
from martlet.model.server import Server, milliseconds, moment
from martlet.services import bundle_files as bundle_work
from martlet.services import equipping
from martlet.services.bundle_files import Wanted
from martlet.services.bundling import Packed
from martlet.services.checking_bundles import fingerprint
from martlet.services.importing_bundles import Author, Found
from martlet.signing import canonical_json
from martlet.signing.keys import PublicKey
from martlet.storage import accounts, bundle_files, carried, posts, returning, uris
from martlet.storage.bundle_files import BundleFile
from martlet.storage.database import Reader
from martlet.text import names, sanitize
from martlet.text.cleaning import one_line
from martlet.web import addresses
from martlet.web.carried_words import REASONS, TRUST
from martlet.web.carrying_pages import (
    AsideAuthor,
    AsidePage,
    AsidePost,
    AuthorCard,
    BundleCard,
    BundlePage,
    BundlesPage,
    ChoiceCard,
    ChoosePage,
    FileState,
    ReaderPage,
    ReasonCard,
    RefusedCard,
    Sign,
)
from martlet.web.language import Language, figure
from martlet.web.visits import Pages, Visit
from martlet.web.wording import BY_CODE, Problem, Sentence, problems_of, sentence

pages = Pages()

SHOWN = 20
SHOWN_AUTHORS, SHOWN_POSTS = 20, 100
SHOWN_REFUSED = 100
LONGEST_TEXT = 5000
MOST_CHOSEN = 100
CHOICE_TEXT = 160
KB, MB = 1000, 1_000_000
ZIP = (b"content-type", b"application/zip")
SIGNS: dict[Trust, Sign] = {Trust.CONFIRMED: "sure", Trust.CONSISTENT: "same"}
ERRORS: dict[str, Sentence] = {
    "no_room": sentence("There is not enough room on the server just now. Please try again another day."),
}


class NoFile(InvalidInput):
    code = "no_file"

    def __init__(self) -> None:
        super().__init__("There is no file.", "file")


class NothingChosen(InvalidInput):
    code = "nothing_chosen"

    def __init__(self) -> None:
        super().__init__("No post is chosen.", "posts")


class NoSuchPost(InvalidInput):
    code = "no_such_post"

    def __init__(self) -> None:
        super().__init__("There is no such post.", "thread")


class NobodyOfThatName(InvalidInput):
    code = "no_such_account"

    def __init__(self) -> None:
        super().__init__("There is nobody of this name.", "who")


class NoSuchDay(InvalidInput):
    code = "invalid"

    def __init__(self) -> None:
        super().__init__("This is no day.", "since")


class NoSuchHost(InvalidInput):
    code = "blank"

    def __init__(self) -> None:
        super().__init__("There is no server named.", "host")


# -- the overview --------------------------------------------------------


@pages.get(addresses.BUNDLES, access="member")
async def overview(visit: Visit) -> Answer:
    thread = visit.query.get("thread", "")[:2048]
    if thread.startswith("/@"):
        thread = f"{visit.here.url}{thread}"
    asked = BundlesPage((), thread=thread, who=visit.query.get("account", "")[:300])
    return visit.page(await visit.store.reading(_overview, visit, asked))


def _overview(db: Reader, visit: Visit, asked: BundlesPage) -> BundlesPage:
    cards = tuple(_card(one, visit) for one in bundle_files.of_account(db, visit.account, SHOWN))
    return BundlesPage(
        cards=cards,
        what=_begun(asked),
        since=asked.since,
        thread=asked.thread,
        host=asked.host,
        who=asked.who,
        has_aside=bool(carried.authors_aside(db, 1)),
        problems=asked.problems,
    )


def _begun(asked: BundlesPage) -> str:
    """What the form is chosen for: by the page that led here, or as it was sent."""
    if asked.problems:
        return asked.what
    return "thread" if asked.thread else "account" if asked.who else asked.what


def _card(one: BundleFile, visit: Visit) -> BundleCard:
    state: FileState = "done" if one.state == "done" else "working" if one.state == "working" else "refused"
    error = ERRORS.get(one.error, BY_CODE.get(one.error)) if state == "refused" else None
    if one.kind == "made":
        return _made_card(one, visit, state, error)
    found = msgspec.json.decode(one.found, type=Found)
    return BundleCard(
        id=str(one.id),
        is_made=False,
        state=state,
        created_at=moment(one.created_at),
        done=one.done,
        total=one.total,
        new=found.new,
        newer=found.newer,
        known=found.known,
        aside=found.aside,
        refused=found.refused,
        files=found.files,
        files_left=found.files_aside,
        error=error,
    )


def _made_card(one: BundleFile, visit: Visit, state: FileState, error: Sentence | None) -> BundleCard:
    packed = msgspec.json.decode(one.found, type=Packed) if state == "done" else Packed(0, 0)
    ends_at = bundle_work.ends_at(one)
    is_there = state == "done" and ends_at > visit.here.now_ms()
    return BundleCard(
        id=str(one.id),
        is_made=True,
        state=state,
        created_at=moment(one.created_at),
        documents=packed.documents,
        left_out=packed.left_out,
        files=packed.files,
        files_left=packed.files_left_out,
        address=addresses.at(addresses.BUNDLE_FILE, id=str(one.id)) if is_there else None,
        size=size_of(packed.bytes, visit.language),
        ends_at=moment(ends_at) if is_there else None,
        error=error,
    )


def size_of(weight: int, language: Language) -> str:
    if weight >= MB // 10:
        return f"{figure(weight / MB, language, 1)} MB"
    return f"{max(1, round(weight / KB))} kB"


# -- making --------------------------------------------------------------


@pages.post(addresses.BUNDLES, access="member")
async def make(visit: Visit) -> Answer:
    try:
        visit.count(limits.BUNDLES)
        wanted = await visit.store.reading(_wanted, visit)
        id = await bundle_work.ask(visit.ground, visit.account, wanted)
    except (InvalidInput, Conflict) as error:
        return await _refused(visit, error)
    return visit.go(addresses.at(addresses.BUNDLE, id=str(id)), done="bundle_begun")


async def _refused(visit: Visit, error: MartletError) -> Answer:
    asked = BundlesPage(
        (),
        visit.field("what", 20) or "own",
        visit.field("since", 20),
        visit.field("thread", 2048),
        visit.field("host", 253),
        visit.field("who", 300),
        problems=problems_of(error),
    )
    page = await visit.store.reading(_overview, visit, asked)
    return visit.page(page, 409 if isinstance(error, Conflict) else 422)


def _wanted(db: Reader, visit: Visit) -> Wanted:
    """Raises `NoSuchDay`, `NoSuchPost`, `NoSuchHost`, `NobodyOfThatName`."""
    match visit.field("what", 20):
        case "new":
            return Wanted("own", since=day(visit.field("since", 20)))
        case "thread":
            return Wanted("thread", post=_post(db, visit.field("thread", 2048).strip(), visit.here))
        case "account":
            return Wanted("account", account=_account(db, visit.field("who", 300), visit.here))
        case "answers":
            host = visit.field("host", 253).strip().lower()
            if not host:
                raise NoSuchHost
            return Wanted("answers", host=host.rpartition("@")[2])
    return Wanted("own")


def _account(db: Reader, handle: str, here: Server) -> AccountId:
    """Raises `NobodyOfThatName`."""
    with suppress(names.InvalidHandle):
        username, host = names.parse_handle(handle)
        found = accounts.find_by_handle(db, username, "" if host in (None, here.host) else str(host))
        if found is not None and not found.is_gone:
            return found.id
    raise NobodyOfThatName


def day(text: str) -> int:
    """Raises `NoSuchDay`."""
    try:
        return max(milliseconds(datetime.fromisoformat(text).replace(tzinfo=UTC)), 0)
    except (ValueError, OverflowError):
        raise NoSuchDay from None


def _post(db: Reader, address: str, here: Server) -> PostId:
    """A post that everybody may read, by its address or by that of its page here. Raises `NoSuchPost`."""
    known, id = uris.find_post(db, Uri(address)), id_from(address.rpartition("/")[2])
    post = posts.find(db, known.id if known is not None else PostId(id or 0), viewer=NOBODY)
    is_named = post is not None and address in (post.uri, post.url)
    if post is None or not post.is_open or not (is_named or address.startswith(f"{here.url}/@")):
        raise NoSuchPost
    return post.id


@pages.get(addresses.BUNDLES_CHOOSE, access="member")
async def choose(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_choose, visit, ()))


@pages.post(addresses.BUNDLES_CHOOSE, access="member")
async def make_of_chosen(visit: Visit) -> Answer:
    ids = (id_from(name.removeprefix("p-")) for name in visit.form if name.startswith("p-"))
    chosen = tuple(PostId(id) for id in ids if id is not None)[:MOST_CHOSEN]
    try:
        if not chosen:
            raise NothingChosen
        visit.count(limits.BUNDLES)
        id = await bundle_work.ask(visit.ground, visit.account, Wanted("chosen", chosen=chosen))
    except (InvalidInput, Conflict) as error:
        page = await visit.store.reading(_choose, visit, problems_of(error))
        return visit.page(page, 409 if isinstance(error, Conflict) else 422)
    return visit.go(addresses.at(addresses.BUNDLE, id=str(id)), done="bundle_begun")


def _choose(db: Reader, visit: Visit, problems: tuple[Problem, ...]) -> ChoosePage:
    before = id_from(visit.query.get("before", "")) or LAST_ID
    ids = returning.own(db, visit.account, before, MOST_CHOSEN + 1)
    found = {one.id: one for one in posts.many_unfiltered(db, ids[:MOST_CHOSEN])}
    shown = [found[id] for id in ids if id in found]
    cards = (
        ChoiceCard(str(one.id), one_line(sanitize.plain(one.html))[:CHOICE_TEXT], moment(one.created_at))
        for one in shown
    )
    older = addresses.choose_before(str(shown[-1].id)) if len(ids) > MOST_CHOSEN else None
    return ChoosePage(tuple(cards), older, problems)


@pages.get(addresses.BUNDLE_FILE, access="member")
async def fetch(visit: Visit) -> Answer:
    """Only for whom it was made, and only for a week."""
    one = await visit.store.reading(
        bundle_work.get_ready, _number(visit.params["id"]), visit.account, visit.here
    )
    file = bundle_work.path(visit.ground, one.id)
    if not await asyncio.to_thread(file.is_file):  # a backup has the row, not the file
        raise NotFound
    weight = (await asyncio.to_thread(file.stat)).st_size
    kept = (b"content-disposition", b'attachment; filename="posts.martlet.zip"')
    return Answer(b"", 200, [ZIP, kept, NOSNIFF, PRIVATE], FilePart(file, 0, weight))


# -- opening -------------------------------------------------------------


def _most_bytes(here: Server) -> int:
    del here
    return Limits().file + 64 * 1024


@pages.upload(addresses.BUNDLES_OPEN, limit=_most_bytes)
async def bring(visit: Visit) -> Answer:
    try:
        visit.count(limits.BUNDLES)
        file = visit.files.get("file")
        if file is None or not file.size:
            raise NoFile
        id = await bundle_work.bring(visit.ground, visit.account, file.path)
    except (InvalidInput, Conflict) as error:
        return await _refused(visit, error)
    return visit.go(addresses.at(addresses.BUNDLE, id=str(id)), done="bundle_begun")


@pages.get(addresses.BUNDLE, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_show, visit))


def _show(db: Reader, visit: Visit) -> BundlePage:
    one = bundle_files.get(db, _number(visit.params["id"]), visit.account)
    if one.kind == "made":
        return BundlePage(_card(one, visit), (), ())
    found = msgspec.json.decode(one.found, type=Found)
    return BundlePage(
        _card(one, visit),
        tuple(_author(author) for author in found.authors.values()),
        tuple(
            RefusedCard(refused.name or f"{refused.part} {refused.line}", REASONS[Refusal(refused.why)])
            for refused in found.reasons[:SHOWN_REFUSED]
        ),
    )


def _author(author: Author) -> AuthorCard:
    trust = Trust(author.trust)
    return AuthorCard(
        author.name or author.uri,
        author.uri,
        SIGNS.get(trust, "unsure"),
        TRUST[trust],
        author.fingerprint,
        author.documents,
        author.logged,
    )


def _number(text: str) -> int:
    """Raises `NotFound`."""
    id = id_from(text)
    if id is None:
        raise NotFound
    return id


# -- on the device alone -------------------------------------------------


@pages.get(addresses.READER, access="anyone")
async def read(visit: Visit) -> Answer:
    """The same for everybody; what is read there, this server does not learn."""
    reasons = tuple(ReasonCard(one, REASONS[one]) for one in Refusal)
    return visit.page(ReaderPage(reasons))


@pages.get(addresses.FOLLOWED_KEYS, access="member")
async def followed_keys(visit: Visit) -> Answer:
    """With which keys those sign whom a member follows, as far as this server knows: for the device, before it needs them."""
    return json_answer(await visit.store.reading(equipping.told, visit.account), headers=(PRIVATE,))


# -- what is set aside ---------------------------------------------------


@pages.get(addresses.BUNDLES_ASIDE, access="member")
async def aside(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_aside, visit))


def _aside(db: Reader, visit: Visit) -> AsidePage:
    only = Uri(visit.query.get("author", "")[:2048])
    found = [one for one in carried.authors_aside(db, SHOWN_AUTHORS) if not only or one[0] == only]
    return AsidePage(
        tuple(
            _aside_author(db, uri, count, trust, SHOWN_POSTS if only else 3) for uri, count, _, trust in found
        ),
        bool(only),
    )


def _aside_author(db: Reader, uri: Uri, count: int, trust: Trust, limit: int) -> AsideAuthor:
    pinned = carried.keys_of(db, uri)
    key = fingerprint(PublicKey.from_multibase(pinned[0].public)) if pinned else ""
    card = AuthorCard(name_of(db, uri), uri, SIGNS.get(trust, "unsure"), TRUST[trust], key, count)
    shown = tuple(
        _aside_post(body, has_rival=one.has_rival) for one, body in carried.newest_aside(db, uri, limit)
    )
    return AsideAuthor(card, shown, addresses.aside_of(uri), addresses.key_of(uri))


def name_of(db: Reader, uri: Uri) -> str:
    body = carried.find_body(db, uri)
    if body is None:
        return uri
    name = canonical_json.parse_object(body).get("preferredUsername")
    return f"@{one_line(name)[:100]}@{host_of(uri)}" if isinstance(name, str) else uri


def _aside_post(body: bytes, *, has_rival: bool) -> AsidePost:
    try:
        said = parse.writing(canonical_json.parse_object(body))
    except MalformedDocument:
        return AsidePost("", "", None, has_rival)
    written_at = None if said.created_at is None else moment(said.created_at)
    text, warning = sanitize.plain(said.html)[:LONGEST_TEXT], one_line(sanitize.plain(said.warning))[:500]
    return AsidePost(text, warning, written_at, has_rival)
