"""Who quotes one's posts, and taking a post of one's own out of a quote."""

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.names import PostId
from martlet.services import quoting
from martlet.storage import posts, quotes
from martlet.storage.database import Reader
from martlet.web import addresses, threads
from martlet.web.member_pages import QuotesPage, UnquotePage
from martlet.web.visits import Pages, Visit

pages = Pages()

AT_ONCE = 20


@pages.get(addresses.POST_QUOTES, access="member")
async def who(visit: Visit) -> Answer:
    """Raises `NotFound` for posts of others."""
    return visit.page(await visit.store.reading(_who, visit))


def _who(db: Reader, visit: Visit) -> QuotesPage:
    post = posts.get_own(db, threads.named(db, visit).id, visit.account)
    shown = quotes.of_post(db, post.id, visit.account, visit.paging(AT_ONCE))
    newer, older = visit.ends(addresses.at(addresses.POST_QUOTES, **visit.params), shown, AT_ONCE)
    item = threads.item_of(db, visit, posts.get_shown(db, post.id, visit.account))
    listed = visit.desk.feeds.render(db, shown, visit.account, visit.language, "public")
    return QuotesPage(item.post, listed, newer, older)


def _meant(db: Reader, visit: Visit) -> tuple[PostId, PostId]:
    """A post of the member's, and the one that quotes it. Raises `NotFound`."""
    post = threads.named(db, visit)
    if post.quote_of_id is None or post.quote_state != "accepted":
        raise NotFound
    return posts.get_own(db, post.quote_of_id, visit.account).id, post.id


@pages.get(addresses.POST_UNQUOTE, access="member")
async def ask(visit: Visit) -> Answer:
    """It cannot be taken back, so it is asked once more."""
    return visit.page(await visit.store.reading(_ask, visit))


def _ask(db: Reader, visit: Visit) -> UnquotePage:
    _, quote = _meant(db, visit)
    return UnquotePage(threads.item_of(db, visit, posts.get_shown(db, quote, visit.account)).post)


@pages.post(addresses.POST_UNQUOTE, access="member")
async def take_out(visit: Visit) -> Answer:
    own, quote = await visit.store.reading(_meant, visit)
    await visit.store.writing(quoting.revoke, visit.account, own, quote)
    return visit.go(addresses.at(addresses.POST, **visit.params), done="unquoted")
