"""Feeds for feed readers: somebody's posts, a hashtag, what is written here (`feed_documents` has the two forms)."""

from collections.abc import Callable, Hashable
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from martlet.http.answer import NOSNIFF, Answer, Header
from martlet.http.request import Request
from martlet.model.errors import NotFound
from martlet.model.names import NOBODY
from martlet.model.paging import Page
from martlet.model.server import Server, moment
from martlet.storage import accounts, listings, posts
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing, OfAccount, Tags
from martlet.storage.posts import Shown
from martlet.text import hashtags
from martlet.web import addresses, feed_documents, language, public_people, showing
from martlet.web.cards import PostCard
from martlet.web.feed_documents import Feed, Form
from martlet.web.language import Language
from martlet.web.visits import Pages, Visit

pages = Pages()

LISTED = 20
KEPT_MS = 5 * 60 * 1000
LONGEST_QUERY = 64
"""In an address with more than what is known here, a feed is not kept."""
WHILE: Header = (b"cache-control", b"public, max-age=300")
POLICY: Header = (b"content-security-policy", b"default-src 'none'; sandbox")


@pages.get(addresses.PERSON_ATOM, access="anyone")
async def person_atom(visit: Visit) -> Answer:
    return await visit.store.reading(_of_person, visit, "atom")


@pages.get(addresses.PERSON_RSS, access="anyone")
async def person_rss(visit: Visit) -> Answer:
    return await visit.store.reading(_of_person, visit, "rss")


@pages.get(addresses.TAG_ATOM, access="anyone")
async def tag_atom(visit: Visit) -> Answer:
    return await visit.store.reading(_of_tag, visit, "atom")


@pages.get(addresses.TAG_RSS, access="anyone")
async def tag_rss(visit: Visit) -> Answer:
    return await visit.store.reading(_of_tag, visit, "rss")


@pages.get(addresses.LOCAL_ATOM, access="anyone")
async def local_atom(visit: Visit) -> Answer:
    return await visit.store.reading(_local, visit, "atom")


@pages.get(addresses.LOCAL_RSS, access="anyone")
async def local_rss(visit: Visit) -> Answer:
    return await visit.store.reading(_local, visit, "rss")


def _of_person(db: Reader, visit: Visit, form: Form) -> Answer:
    """Query: replies=1, boosts=1, pictures=1 (nothing but). Raises `NotFound`, also where they want no feed."""
    account, here = public_people.find(db, visit.params["username"], visit.here), visit.here
    if not showing.allows_feeds(account):
        raise NotFound
    wanted = OfAccount(
        has_replies=visit.query.get("replies") == "1",
        has_boosts=visit.query.get("boosts") == "1",
        only_media=visit.query.get("pictures") == "1",
    )
    shown = listings.by(db, account.id, NOBODY, Page(limit=LISTED), wanted)
    template = addresses.PERSON_ATOM if form == "atom" else addresses.PERSON_RSS
    own = addresses.at(template, username=account.username)

    def make() -> Feed:
        person = showing.profile(db, account, here, ((), ()))
        return _feed(
            db,
            visit,
            shown,
            title=f"{person.face.name} ({person.face.handle})",
            subtitle=person.summary,
            page=addresses.at(addresses.PROFILE, username=account.username),
            own=own,
            picture=person.face.avatar,
            author=person.face.name,
        )

    return _answer(visit, form, (account, wanted, *shown), make)


def _of_tag(db: Reader, visit: Visit, form: Form) -> Answer:
    """Raises `NotFound` where the owner keeps the public timelines to the people here."""
    name = visit.params["name"]
    if not visit.here.public_preview or not hashtags.is_hashtag(name):
        raise NotFound
    wanted = Tags([hashtags.hashtag_key(name)])
    shown = listings.tagged(db, NOBODY, Page(limit=LISTED), visit.here.now_ms(), wanted, Narrowing())
    own = addresses.at(addresses.TAG_ATOM if form == "atom" else addresses.TAG_RSS, name=name)

    def make() -> Feed:
        return _feed(
            db,
            visit,
            shown,
            title=f"#{name} · {visit.desk.name}",
            page=addresses.at(addresses.TAG, name=name),
            own=own,
        )

    return _answer(visit, form, (own, *shown), make)


def _local(db: Reader, visit: Visit, form: Form) -> Answer:
    """Raises `NotFound` where the owner keeps the public timelines to the people here."""
    if not visit.here.public_preview:
        raise NotFound
    shown = listings.public(db, NOBODY, Page(limit=LISTED), visit.here.now_ms(), Narrowing(where="here"))
    own = addresses.LOCAL_ATOM if form == "atom" else addresses.LOCAL_RSS

    def make() -> Feed:
        return _feed(
            db,
            visit,
            shown,
            title=visit.desk.name,
            subtitle=visit.here.description,
            page=addresses.HOME,
            own=own,
        )

    return _answer(visit, form, (own, *shown), make)


# -- putting together ----------------------------------------------------


def _feed(
    db: Reader,
    visit: Visit,
    shown: list[Shown],
    *,
    title: str,
    page: str,
    own: str,
    subtitle: str = "",
    picture: str | None = None,
    author: str | None = None,
) -> Feed:
    here = visit.here
    found = _of_willing(db, shown, here)
    changed = [post.edited_at or post.published_at for post in found]
    query = visit.request.query.decode("latin-1")
    return Feed(
        title=title,
        subtitle=subtitle,
        address=addresses.whole(page, here.url),
        own=addresses.whole(own, here.url) + (f"?{query}" if query else ""),
        picture=None if picture is None else addresses.whole(picture, here.url),
        author=author,
        updated_at=max(changed, default=moment(0)),
        posts=found,
        server=here.url,
        generator=f"Martlet {here.version}",
        language=_language(here),
    )


def _of_willing(db: Reader, shown: list[Shown], here: Server) -> list[PostCard]:
    """Without posts of people who want no feed."""
    authors = posts.details(db, [one.boosted_id or one.id for one in shown])
    people = accounts.many(db, {one.author_id for one in authors.values()})
    willing = [
        one
        for one in shown
        if (detail := authors.get(one.boosted_id or one.id))
        and detail.author_id in people
        and showing.allows_feeds(people[detail.author_id])
    ]
    return [card for card in showing.cards(db, willing, here) if not card.is_broken]


def _language(here: Server) -> Language:
    """A feed is the same for everybody, so its few words are in the server's first language."""
    return language.choose(here.languages[0] if here.languages else None, None, None)


def _answer(visit: Visit, form: Form, made_of: Hashable, make: Callable[[], Feed]) -> Answer:
    now, key = visit.here.now_ms(), (form, made_of, visit.request.query, visit.desk.name)
    kept = visit.desk.whole.find(key, now)
    if kept is None:
        feed = make()
        changed = format_datetime(feed.updated_at, usegmt=True).encode()
        kept = changed + b"\n" + feed_documents.write(feed, form)
        has_quotes = any(post.quote is not None for post in feed.posts)
        if not has_quotes and len(visit.request.query) <= LONGEST_QUERY:
            visit.desk.whole.keep(key, kept, now + KEPT_MS)
    changed, _, body = kept.partition(b"\n")
    tag = b'"' + sha256(body).hexdigest()[:24].encode() + b'"'
    headers: list[Header] = [WHILE, (b"etag", tag), (b"last-modified", changed)]
    if _is_known(visit.request, tag, changed):
        return Answer(b"", 304, headers)
    return Answer(body, 200, [(b"content-type", feed_documents.TYPES[form]), NOSNIFF, POLICY, *headers])


def _is_known(request: Request, tag: bytes, changed: bytes) -> bool:
    """RFC 9110 section 13.2.2: the tag is asked first, and if it is given, alone."""
    given = request.headers.get(b"if-none-match")
    if given is not None:
        tags = [one.strip().removeprefix(b"W/") for one in given.split(b",")]
        return tag in tags or b"*" in tags
    since = request.header(b"if-modified-since")
    try:
        return bool(since) and parsedate_to_datetime(changed.decode()) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
