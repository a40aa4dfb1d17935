"""The pages that stand open to the rest of the web, each once or more."""

from dataclasses import replace

import minijinja

from martlet.web import member_pages, pages
from martlet.web.cards import PostCard
from martlet.web.language import Language
from martlet.web.pages import Frame, Page
from martlet.web.public_posts import render_public
from tests.web.member_samples import FEED, INSIDE
from tests.web.sample_cards import (
    AMARA,
    CHOIR,
    INES,
    JONA,
    LINKED,
    PROFILE,
    READING,
    SENSITIVE,
    TOMATOES,
    WARNED,
)


def listed(*cards: PostCard) -> tuple[str, ...]:
    """As they stand in a list for visitors."""
    return tuple(minijinja.safe(render_public(card, Language.ENGLISH)) for card in cards)


POSTS = listed(TOMATOES, CHOIR, WARNED, LINKED, SENSITIVE)
TABS = (
    member_pages.Tab("posts", "/@jona", is_current=True),
    member_pages.Tab("replies", "/@jona?show=replies"),
    member_pages.Tab("media", "/@jona?show=media"),
)
LINK = LINKED.card
assert LINK is not None
QUIET = replace(
    PROFILE,
    header=None,
    is_bot=True,
    is_locked=True,
    is_indexable=False,
    moved_to=AMARA,
    facts=(),
    posts=1,
    tags=(),
    packs=(),
    has_feed=False,
)

OPEN_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "profile": (pages.ProfilePage(PROFILE, "posts", TABS, POSTS, older="/@jona?max_id=11502"), READING),
    "profile-empty": (pages.ProfilePage(QUIET, "media", TABS, (), newer="/@jona"), READING),
    "profile-tagged": (pages.ProfilePage(PROFILE, "tag", TABS, POSTS[:1], tag="harbour"), READING),
    "known-people": (pages.KnownPeoplePage(JONA, "followers", (AMARA, INES)), READING),
    "known-people-hidden": (pages.KnownPeoplePage(JONA, "following", (), is_hidden=True), READING),
    "known-people-more": (
        pages.KnownPeoplePage(JONA, "following", (AMARA,), older="/@jona/following?max_id=1"),
        READING,
    ),
    "tag": (pages.TagPage("harbour", "/tags/harbour", POSTS, older="/tags/harbour?max_id=11502"), READING),
    "tag-empty": (pages.TagPage("harbour", "/tags/harbour", ()), READING),
    "link": (pages.LinkPage(LINK, POSTS), READING),
    "topic-tag": (member_pages.TopicPage(FEED, tag="harbour"), INSIDE),
    "topic-tag-followed": (
        member_pages.TopicPage((), tag="harbour", is_followed=True, newer="/tags/harbour"),
        INSIDE,
    ),
    "topic-link": (member_pages.TopicPage(FEED, link=LINK), INSIDE),
}
