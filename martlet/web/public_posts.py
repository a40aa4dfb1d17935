"""
Lists of posts for whoever comes, as HTML.

All visitors are shown the same, so each post is rendered once for each language and revision, as `feeds` does it for
members; a page of a list costs one look for each of its posts.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.web import showing
from martlet.web.cards import PostCard
from martlet.web.language import Language
from martlet.web.rendering import Posts, Ready, environment
from martlet.web.shelf import KEPT_MS, Shelf, lasts_until

KEPT_CHARACTERS = 16 * 1024 * 1024
PUBLIC, COMMENT = "parts/public_post.html", "parts/comment.html"
"""In a list of this server, and in a frame of another site."""


class Listed(NamedTuple):
    """Posts in their order, and how long a page may be kept that has them: a moment gone by where not at all."""

    posts: Posts
    until: int


class PublicPosts:
    """One for each process."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._shelf = Shelf[Ready](KEPT_CHARACTERS)

    def render(
        self,
        db: Reader,
        shown: Sequence[Shown],
        tongue: Language,
        pinned: Collection[PostId] = frozenset(),
        template: str = PUBLIC,
    ) -> Listed:
        """What is gone since it was read, or is not for everybody, is left out."""
        found, until = self.each(db, shown, tongue, pinned, template)
        return Listed(Posts(html for html in found if html), until)

    def each(
        self,
        db: Reader,
        shown: Sequence[Shown],
        tongue: Language,
        pinned: Collection[PostId] = frozenset(),
        template: str = PUBLIC,
    ) -> Listed:
        """The same, one for each; an empty one for what is left out."""
        now = self._here.now_ms()
        keys = [(one, one.id in pinned, tongue, template) for one in shown]
        found = [self._shelf.find(key, now) for key in keys]
        until = now + KEPT_MS
        missing = [place for place, html in enumerate(found) if html is None]
        if missing:
            asked = [shown[place] for place in missing]
            cards = {card.id: card for card in showing.cards(db, asked, self._here, frozenset(pinned))}
            for place in missing:
                one = shown[place]
                card = cards.get(str(one.boosted_id or one.id))
                if card is None:
                    continue
                html = render_public(card, tongue, template)
                its_own = kept_until(card, now)
                until = min(until, its_own)
                found[place] = html
                if its_own > now:
                    self._shelf.keep(keys[place], html, its_own)
        return Listed(Posts(html or "" for html in found), until)


def render_public(card: PostCard, tongue: Language, template: str = PUBLIC) -> Ready:
    return Ready(environment(tongue).render_template(template, post=card))


def kept_until(card: PostCard, now: int) -> int:
    """What a quoted post is now stands in no row of the post that quotes it."""
    return 0 if card.quote is not None else lasts_until(card, now)
