"""Posts about something: with a hashtag, or with a link to one page."""

from urllib.parse import quote

from martlet.http.answer import Answer, redirect
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import NOBODY
from martlet.services import following_tags
from martlet.storage import cards, followed_tags, listings
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing, Tags
from martlet.text import hashtags, web_links
from martlet.text.urls import InvalidUrl
from martlet.web import addresses, departing, showing
from martlet.web.cards import LinkCard
from martlet.web.member_pages import TopicPage
from martlet.web.public_pages import LinkPage, TagPage
from martlet.web.visits import Pages, Visit

pages = Pages()

AT_ONCE = 20
LONGEST = 2048


# -- hashtags ------------------------------------------------------------


@pages.get(addresses.TAG, access="anyone")
async def tag(visit: Visit) -> Answer:
    """For visitors not where the owner keeps the public timelines to the people here."""
    name, feed = visit.params["name"], addresses.feed_meant(visit.request.path)
    if feed is not None:
        return redirect(feed, 301)
    if not hashtags.is_hashtag(name) or not (visit.is_for_member or visit.here.public_preview):
        raise NotFound
    if visit.is_for_member:
        return visit.page(await visit.store.reading(_tag_for_member, visit))
    return await visit.store.reading(_tag, visit)


def _tag(db: Reader, visit: Visit) -> Answer:
    name, own = visit.params["name"], addresses.at(addresses.TAG, name=visit.params["name"])
    wanted = Tags([hashtags.hashtag_key(name)])
    shown = listings.tagged(db, NOBODY, visit.paging(AT_ONCE), visit.here.now_ms(), wanted, Narrowing())

    def make() -> tuple[TagPage, int]:
        newer, older = visit.ends(own, shown, AT_ONCE)
        listed = visit.desk.public.render(db, shown, visit.language)
        return TagPage(name, own, listed.posts, newer, older), listed.until

    return visit.public_page((own, *shown), make)


def _tag_for_member(db: Reader, visit: Visit) -> TopicPage:
    name, me = visit.params["name"], visit.account
    key, own = hashtags.hashtag_key(name), addresses.at(addresses.TAG, name=name)
    shown = listings.tagged(db, me, visit.paging(AT_ONCE), visit.here.now_ms(), Tags([key]), Narrowing())
    newer, older = visit.ends(own, shown, AT_ONCE)
    newest = str(shown[0].id) if shown else "0"
    return TopicPage(
        posts=visit.desk.feeds.render(db, shown, me, visit.language, "public"),
        newer=newer,
        older=older,
        tag=name,
        address=own,
        newest=newest,
        live=f"{addresses.LIVE}?tag={quote(key)}&since={newest}" if visit.is_first_page else addresses.LIVE,
        is_followed=key in followed_tags.among(db, me, [key]),
    )


@pages.post(addresses.TAG_ACT, access="member")
async def follow_or_not(visit: Visit) -> Answer:
    """Fields: follow or unfollow, with the hashtag's name; next."""
    followed, left = visit.field("follow"), visit.field("unfollow")
    if followed:
        await visit.store.writing(following_tags.follow, visit.account, followed, visit.here)
    elif left:
        await visit.store.writing(following_tags.unfollow, visit.account, left)
    else:
        raise InvalidInput("The form does not say what is to be done.")
    if visit.is_from_outbox:
        return departing.done()
    return visit.go(addresses.at(addresses.TAG, name=followed or left))


# -- pages elsewhere -----------------------------------------------------


@pages.get(addresses.LINK_TIMELINE, access="anyone")
async def link(visit: Visit) -> Answer:
    """The page is named by `url`, as posts link to it. Raises `NotFound` where nobody has."""
    if not visit.is_for_member and not visit.here.public_preview:
        raise NotFound
    if visit.is_for_member:
        return visit.page(await visit.store.reading(_link_for_member, visit))
    return visit.page(await visit.store.reading(_link, visit))


def _link(db: Reader, visit: Visit) -> LinkPage:
    id, card = _card(db, visit)
    shown = listings.linking(db, NOBODY, visit.paging(AT_ONCE), visit.here.now_ms(), id)
    newer, older = visit.ends(addresses.about_link(card.address), shown, AT_ONCE)
    listed = visit.desk.public.render(db, shown, visit.language)
    return LinkPage(card, listed.posts, newer, older)


def _link_for_member(db: Reader, visit: Visit) -> TopicPage:
    id, card = _card(db, visit)
    shown = listings.linking(db, visit.account, visit.paging(AT_ONCE), visit.here.now_ms(), id)
    newer, older = visit.ends(addresses.about_link(card.address), shown, AT_ONCE)
    newest = str(shown[0].id) if shown else "0"
    live = f"{addresses.LIVE}?link={quote(card.address, safe='')}&since={newest}"
    return TopicPage(
        posts=visit.desk.feeds.render(db, shown, visit.account, visit.language, "public"),
        newer=newer,
        older=older,
        link=card,
        address=addresses.about_link(card.address),
        newest=newest,
        live=live if visit.is_first_page else addresses.LIVE,
    )


def _card(db: Reader, visit: Visit) -> tuple[int, LinkCard]:
    """Raises `NotFound`."""
    id = card_of(db, visit.query.get("url", ""))
    found = cards.many(db, [id]).get(id)
    if found is None:
        raise NotFound
    return id, showing.link_card(found, visit.here)


def card_of(db: Reader, address: str) -> int:
    """The card of a page that posts link to. Raises `NotFound`."""
    try:
        id = cards.find_linked(db, web_links.normalised(address[:LONGEST]))
    except InvalidUrl:
        raise NotFound from None
    if id is None:
        raise NotFound
    return id
