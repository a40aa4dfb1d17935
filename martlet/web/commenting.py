"""
Comments under an article of some website: a page for its frame, and how one answers.

Nothing here looks at a cookie of whoever reads on another site, or sets one. See docs/guide/comments.md.
"""

from html import escape

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import NOBODY, PostId, Uri
from martlet.model.posts import Post
from martlet.services import commenting, searching
from martlet.storage import accounts, cards, posts
from martlet.storage.database import Reader
from martlet.text import names, web_links
from martlet.text.names import InvalidHandle, InvalidHost
from martlet.text.urls import InvalidUrl, parse_url
from martlet.web import addresses, faces, onward, public_people, showing, threads
from martlet.web.member_pages import CommentsCodePage
from martlet.web.onward import Wish
from martlet.web.public_pages import AnswerFromPage, CommentsPage
from martlet.web.public_posts import COMMENT
from martlet.web.reading import theme_of
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, sentence

pages = Pages()

AT_ONCE = 20
LONGEST = 2048
UNKNOWN = sentence("This server knows no such post, or it is not for everybody.")
NO_PAGE = sentence("The page that is commented on is not named by a web address.")
NOT_FOR_VISITORS = sentence("This server shows such lists only to the people here.")
NO_SERVER = sentence("This is no server's name. It looks like mastodon.social, or @you@mastodon.social.")


# -- the frame -----------------------------------------------------------


@pages.get(addresses.COMMENTS, access="anyone")
async def comments(visit: Visit) -> Answer:
    """Query: post (an id or address) or url; lang; theme."""
    if "post" in visit.query:
        return await visit.store.reading(_of_post, visit)
    return await visit.store.reading(_of_page, visit)


def _of_post(db: Reader, visit: Visit) -> Answer:
    root = _root(db, visit.query["post"])
    if root is None:
        return _told(visit, CommentsPage((), "", theme=theme_of(visit), problem=UNKNOWN), 404)
    shown = commenting.answers(db, root, visit.here)

    def make() -> tuple[CommentsPage, int]:
        listed = visit.desk.public.render(db, shown, visit.language_in_frames, template=COMMENT)
        return CommentsPage(
            listed.posts,
            addresses.answer_to(str(root.id)),
            is_thread=True,
            whole=_address(db, root) if shown else None,
            theme=theme_of(visit),
        ), listed.until

    return visit.embedded((root.id, *shown), make)


def _root(db: Reader, asked: str) -> Post | None:
    """The post that a page names, by its id or its address, if it is for everybody."""
    id = id_from(asked)
    if id is None and len(asked) <= LONGEST:
        shown = searching.post_at(db, NOBODY, asked)
        id = shown.id if shown is not None else None
    post = posts.find(db, PostId(id), NOBODY) if id is not None else None
    return post if post is not None and post.is_open and post.boost_of_id is None else None


def _address(db: Reader, post: Post) -> str:
    """Where the conversation is for visitors: here, or where it was begun."""
    author = accounts.get(db, post.author_id)
    if not author.is_here:
        return post.url or post.uri
    return addresses.at(addresses.POST, username=author.username, id=str(post.id))


def _of_page(db: Reader, visit: Visit) -> Answer:
    url = _normalised(visit.query.get("url", ""))
    theme = theme_of(visit)
    if not visit.here.public_preview:
        return _told(visit, CommentsPage((), "", theme=theme, problem=NOT_FOR_VISITORS), 404)
    if url is None or not _is_welcome(visit, url):
        return _told(visit, CommentsPage((), "", theme=theme, problem=NO_PAGE), 422)
    card = cards.find_linked(db, url)
    shown = [] if card is None else commenting.about(db, card, visit.paging(AT_ONCE), visit.here)

    def make() -> tuple[CommentsPage, int]:
        listed = visit.desk.public.render(db, shown, visit.language_in_frames, template=COMMENT)
        newer, older = visit.ends(addresses.comments_on(url, theme), shown, AT_ONCE)
        answer = addresses.answer_about(url)
        return CommentsPage(listed.posts, answer, newer=newer, older=older, theme=theme), listed.until

    return visit.embedded((url, *shown), make)


def _normalised(asked: str) -> str | None:
    try:
        return web_links.normalised(asked) if 0 < len(asked) <= LONGEST else None
    except InvalidUrl:
        return None


def _is_welcome(visit: Visit, url: str) -> bool:
    """Whether the owner has comments shown for pages of this host."""
    sites = visit.here.comment_sites
    return not sites or parse_url(url).host in sites


def _told(visit: Visit, page: CommentsPage, status: int) -> Answer:
    """What is wrong, also in the frame: whoever puts comments into their page shall read it there."""
    return visit.embedded(status, lambda: (page, 0), status)


# -- how one answers -----------------------------------------------------


@pages.get(addresses.ANSWER_FROM, access="anyone")
async def answer_from(visit: Visit) -> Answer:
    """Query: post, url or person; server, once it was typed. That server is asked only where its page for this is."""
    page, wish, about = await visit.store.reading(_answer_from, visit)
    if not page.host:
        return visit.page(page)
    typed = page.server if "@" in page.server and "/" not in page.server else f"{page.host}@{page.host}"
    named = await onward.address(visit, typed.removeprefix("@"), wish, about)
    if named is None:
        return visit.page(page)
    return visit.page(replace(page, there=named, host=parse_url(named).host))


def _answer_from(db: Reader, visit: Visit) -> tuple[AnswerFromPage, Wish, str]:
    """The page with where to go on as most servers have it, what is wished for, and what about. Raises `NotFound`."""
    typed = visit.query.get("server", "").strip()[:LONGEST]
    host = _host(typed)
    problems = (Problem("server", NO_SERVER),) if typed and host is None else ()
    if "person" in visit.query:
        person = public_people.find(db, visit.query["person"], visit.here)
        profile = addresses.at(addresses.PROFILE, username=person.username)
        page = AnswerFromPage(
            here=profile if visit.is_for_member else addresses.signed_in_at(profile),
            person=faces.face(person, visit.here),
            address=addresses.whole(profile, visit.here.url),
            server=typed,
            there=addresses.interaction_at(host, person.uri) if host else None,
            host=host or "",
            problems=problems,
        )
        return page, "follow", person.uri
    if "post" in visit.query:
        root = _root(db, visit.query["post"])
        if root is None:
            raise NotFound
        own = posts.get_shown(db, root.id, NOBODY)
        inside = addresses.at(
            addresses.POST, username=accounts.get(db, root.author_id).handle, id=str(root.id)
        )
        listed = visit.desk.public.render(db, [own], visit.language)
        there = addresses.interaction_at(host, root.uri) if host else None
        page = AnswerFromPage(
            here=f"{inside}#answer" if visit.is_for_member else addresses.signed_in_at(f"{inside}#answer"),
            post=listed.posts[0] if listed.posts else "",
            id=str(root.id),
            address=addresses.whole(_address(db, root), visit.here.url),
            server=typed,
            there=there,
            host=host or "",
            problems=problems,
        )
        return page, "answer", root.uri
    url = _normalised(visit.query.get("url", ""))
    if url is None:
        raise NotFound
    page = AnswerFromPage(
        here=addresses.writing_about(url),
        url=url,
        server=typed,
        there=addresses.sharing_at(host, url) if host else None,
        host=host or "",
        problems=problems,
    )
    return page, "share", url


def _host(typed: str) -> str | None:
    """The host in what was typed: `peer.example`, `@ada@peer.example`, or an address there."""
    try:
        if "@" in typed and not typed.startswith("https://"):
            return names.parse_handle(typed)[1]
        text = typed.removeprefix("https://").partition("/")[0]
        return names.normalise_host(text) if "." in text or ":" in text else None
    except (InvalidHost, InvalidHandle):
        return None


@pages.get(addresses.AUTHORIZE_INTERACTION, access="member")
async def interact(visit: Visit) -> Answer:
    """
    Where other servers send people of this one, to answer or follow what `uri` names.

    https://docs.joinmastodon.org/spec/webfinger/ has the link by which they find this.
    """
    asked = visit.query.get("uri", "").strip()[:LONGEST]
    if visit.desk.resolver is not None and asked.startswith(("https://", "http://")):
        await visit.desk.resolver.address(asked)
    where = await visit.store.reading(_known_as, visit, asked)
    if where is None:
        return visit.go(addresses.SEARCH, q=asked.removeprefix("acct:"))
    return visit.go(where)


def _known_as(db: Reader, visit: Visit, asked: str) -> str | None:
    """The page of the post or person here."""
    shown = searching.post_at(db, visit.account, asked)
    if shown is not None:
        author = accounts.get(db, posts.get(db, shown.id, visit.account).author_id)
        return f"{addresses.at(addresses.POST, username=author.handle, id=str(shown.id))}#answer"
    person = accounts.find_by_uri(db, Uri(asked))
    return None if person is None else addresses.at(addresses.PROFILE, username=person.handle)


# -- for whoever has a website -------------------------------------------


@pages.get(addresses.COMMENTS_CODE, access="member")
async def code(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_code, visit))


def _code(db: Reader, visit: Visit) -> CommentsCodePage:
    """Raises `NotFound` for posts of others, and for those that are not for everybody."""
    post = threads.named(db, visit)
    if post.author_id != visit.account or not post.is_open:
        raise NotFound
    card = showing.cards(db, [posts.get_shown(db, post.id, visit.account)], visit.here, reader=visit.account)[
        0
    ]
    server = escape(visit.here.url)
    frame = f'<iframe src="{server}/comments?post={post.id}" width="100%" height="600"></iframe>'
    return CommentsCodePage(
        card,
        script=f'<script src="{server}/comments.js" data-post="{post.id}" async></script>',
        frame=frame,
    )
