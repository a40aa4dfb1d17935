"""
Previews: the card below a post that links to a web page.

A page is asked for once, however many posts link to it, by a job some seconds or
minutes after the first of them: never while somebody looks, and not at the moment in
which a thousand other servers ask as well (attacks E10). What came of it, nothing
too, holds for weeks. Posts to named people are not previewed: that somebody sent a
link would be told to the linked site (attacks F11).
"""

import random
from dataclasses import replace

import msgspec

from martlet.model.events import AccountChanged, PostDeleted, PostEdited, PostPublished
from martlet.model.names import PostId
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import crediting, streaming, sweeping, trending, uploading
from martlet.storage import accounts, attached, cards, events, links, posts
from martlet.storage.cards import Card
from martlet.storage.database import Store, Writer
from martlet.storage.links import Link
from martlet.text import web_links
from martlet.text.names import host_and_port
from martlet.text.urls import parse_url

PREVIEW = "preview_link"
FORGET = "forget_previews"
RENEW = "renew_previews"

SECOND, HOUR, DAY = 1000, 3_600_000, 86_400_000
FRESH = 21 * DAY
"""So long a page is not asked for again, however many link to it."""
FAILED_FOR = 2 * DAY
"""So long nothing is asked of an address that had nothing for us."""
LOST_AFTER = DAY
"""A job that was to ask so long ago is no more."""
OWN_DELAY = (1, 5)
"""Seconds, at random, before a page is asked for to which somebody here has linked: other servers do not know yet."""
DELAY = (5, 120)
"""The same for what comes from elsewhere, and has come to others as well."""
AGAIN = (600, 1800)
"""The same until a page is tried again whose server did not answer."""
WAITING_PER_SITE = 100
WAITING = 2000
"""Links that wait for their turn; beyond, posts go without a card (attacks D21)."""
AT_ONCE = 200
"""Posts changed in one transaction."""
SHORT_LABEL = 3


# -- what posts link to --------------------------------------------------


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    """Have a new post get the card of what it links to."""
    if event.is_carried:
        return  # ten thousand posts in a file are not ten thousand requests
    post = posts.find_unfiltered(db, event.post)
    url = None if post is None else _link_of(db, post, here)
    if post is not None and url is not None:
        _want(db, post, url, here)


def of_edit(db: Writer, event: PostEdited, here: Server) -> None:
    """Have an edited post get the card of the link that it has now, or none."""
    post = posts.find_unfiltered(db, event.post)
    if post is None:
        return
    url = _link_of(db, post, here)
    link = None if url is None else links.find_at(db, url)
    shown = cards.of_posts(db, [post.id]).get(post.id)
    if shown is not None and url is not None and (shown.url == url or (link and link.card_id == shown.id)):
        return
    cards.detach(db, post.id)
    if url is not None:
        _want(db, post, url, here)
    _forget_later(db, here)


def of_deletion(db: Writer, event: PostDeleted, here: Server) -> None:
    """A card that no post shows any more goes, with its picture."""
    del event
    _forget_later(db, here)


def of_author(db: Writer, event: AccountChanged, here: Server) -> None:
    """Remove an account from cards as their author once it is gone or no longer lists the page's host."""
    found = cards.by_author(db, event.account, AT_ONCE)
    if not found:
        return
    account = accounts.find(db, event.account)
    for card in found:
        if account is None or not crediting.may_be_named(account, card.url):
            cards.disown(db, card.id)
            renew_later(db, card.id, here)


def _link_of(db: Writer, post: Post, here: Server) -> str | None:
    """The first link of a post that may have a card: of no boost, of none to named people, to nothing here."""
    if not here.previews_links or post.boost_of_id is not None or post.visibility < Visibility.FOLLOWERS:
        return None
    if "<a " not in post.html:
        return None
    others = {one.url for one in attached.mentions(db, [post.id])[post.id]}
    if post.quote_of_id is not None:
        quoted = posts.find_unfiltered(db, post.quote_of_id)
        others |= {quoted.uri, quoted.url} if quoted is not None else set()
    hashtags = {tag.name for tag in attached.tags(db, [post.id])[post.id]}
    url = web_links.first_link(post.html, others, hashtags)
    return None if url is None or here.is_here(parse_url(url).host) else url


def _want(db: Writer, post: Post, url: str, here: Server) -> None:
    """Show the card that is known, or wait for the one to come; an old one is shown and asked for anew."""
    link, now = links.find_at(db, url), here.now_ms()
    if link is None:
        if _are_too_many(db, url):
            return
        link = links.put(db, Link(here.next_id(), url, site(url)))
    # What comes of it may just be written down: then this post would wait for nothing.
    link = links.lock(db, link.id) or link
    if link.card_id is not None:
        cards.attach(db, [post.id], link.card_id)
        streaming.of_card(db, [post.id], link.card_id)
        trending.of_card(db, [post.id], here)
    age = None if link.asked_at is None else now - link.asked_at
    if age is not None and age < (FAILED_FOR if link.card_id is None else FRESH):
        return
    if link.card_id is None:
        links.wait(db, link.id, post.id)
    if link.due_at is None or link.due_at < now - LOST_AFTER:
        ask_later(db, link, OWN_DELAY if post.is_local else DELAY, here)
        sweeping.want(db, here)


def _are_too_many(db: Writer, url: str) -> bool:
    return links.are_waiting(db, site(url), WAITING_PER_SITE) or links.are_many_waiting(db, WAITING)


def ask_later(db: Writer, link: Link, delay: tuple[float, float], here: Server) -> None:
    """Have the link's page asked for, after a pause of so many seconds, from and to."""
    due_at = here.now_ms() + int(random.uniform(*delay) * SECOND)  # noqa: S311 - spreads requests
    links.put(db, replace(link, due_at=due_at))
    # Its own key for each try: the job that failed is still there when it wants the next.
    key = f"{PREVIEW}:{link.id}:{link.failures}"
    events.add_job(db, PREVIEW, msgspec.json.encode(link.id).decode(), due_at, key=key)


def site(url: str) -> str:
    """The end of a host that one owner has, as far as names tell: `paper.example`, `paper.co.example`."""
    labels = host_and_port(parse_url(url).host)[0].split(".")
    is_long = len(labels) > 2 and len(labels[-2]) <= SHORT_LABEL  # noqa: PLR2004 - a name below a suffix of two
    return ".".join(labels[-3:] if is_long else labels[-2:])


# -- what came of it -----------------------------------------------------


def came(db: Writer, link: Link, card: Card, here: Server) -> int:
    """
    Keep what a link's page said; the card's id. A picture that it takes the place of goes.

    A page that calls itself by another address of its host does not change what that other page said of itself.
    """
    before, now = cards.find_at(db, card.url), here.now_ms()
    is_from_there = (
        card.url == link.url or before is None or not links.is_known_itself(db, card.url, before.id)
    )
    if before is None or is_from_there:
        id = cards.put(db, card)
        if before is not None and before.image != card.image:
            uploading.forget_files(db, [before.image], now)
        if before is not None and _shown(before) != _shown(card):
            renew_later(db, id, here)
    else:
        id = before.id
        if card.image != before.image:
            uploading.forget_files(db, [card.image], now)
    links.put(db, replace(link, card_id=id, asked_at=now, due_at=None, failures=0))
    if before is None and not links.waiting(db, link.id, 1):  # deleted while its page was asked for
        cards.loosen_unused(db, id)
        _forget_later(db, here)
    return id


def _shown(card: Card) -> Card:
    return replace(card, id=0, created_at=0, image_bytes=0)


def failed(db: Writer, link: Link, here: Server) -> None:
    """Nothing came of it for now; what an older look has brought stays."""
    links.put(db, replace(link, asked_at=here.now_ms(), due_at=None, failures=link.failures + 1))


def ask_again(db: Writer, link: Link, here: Server) -> None:
    """Its server did not answer: later perhaps. Whoever waits goes on waiting."""
    ask_later(db, replace(link, failures=link.failures + 1), AGAIN, here)


def attach_some(db: Writer, link: Link, card: int, here: Server) -> bool:
    """Show the card below some of those that waited; whether there may be more."""
    waiting = links.waiting(db, link.id, AT_ONCE)
    cards.attach(db, waiting, card)
    streaming.of_card(db, waiting, card)
    trending.of_card(db, waiting, here)
    links.wait_no_more(db, link.id, waiting)
    return len(waiting) == AT_ONCE


def dismiss_some(db: Writer, link: Link) -> bool:
    """Have some of those that waited go without; whether there may be more."""
    waiting = links.waiting(db, link.id, AT_ONCE)
    links.wait_no_more(db, link.id, waiting)
    return len(waiting) == AT_ONCE


# -- afterwards ----------------------------------------------------------


def renew_later(db: Writer, card: int, here: Server) -> None:
    """Have the posts that show a card shown anew."""
    body = msgspec.json.encode(card).decode()
    events.add_job(db, RENEW, body, here.now_ms(), key=f"{RENEW}:{card}")


async def renew(store: Store, body: str, here: Server) -> None:
    """The job, in parts: so many posts may show one card."""
    del here
    card, last = msgspec.json.decode(body, type=int), PostId(0)
    while True:
        ids = await store.writing(_renew_some, card, last)
        if len(ids) < AT_ONCE:
            return
        last = ids[-1]


def _renew_some(db: Writer, card: int, after: PostId) -> list[PostId]:
    ids = cards.posts_with(db, card, after, AT_ONCE)
    cards.renew(db, ids)
    return ids


def _forget_later(db: Writer, here: Server) -> None:
    if cards.are_loose(db):
        events.add_job(db, FORGET, "", here.now_ms() + HOUR, key=FORGET)


async def forget(store: Store, body: str, here: Server) -> None:
    """The job: cards that no post shows any more go, with their pictures."""
    del body
    while await store.writing(_forget_some, here):
        pass


def _forget_some(db: Writer, here: Server) -> bool:
    """Returns whether there are more."""
    uploading.forget_files(db, cards.delete_unused(db, AT_ONCE), here.now_ms())
    return cards.are_loose(db)
