"""The pages that stand open to the rest of the web, each once or more."""

import minijinja
from msgspec.structs import replace

from martlet.model.names import AccountId
from martlet.model.trends import TrendKind
from martlet.services.suggesting import SOURCES, Suggested
from martlet.storage.trends import Trend
from martlet.web import explore_pages, member_pages, public_pages, reasons
from martlet.web.cards import Answered, Branch, PostCard
from martlet.web.commenting import NO_SERVER, UNKNOWN
from martlet.web.language import Language
from martlet.web.pages import Frame, Page
from martlet.web.public_posts import COMMENT, render_public
from martlet.web.wording import Problem
from tests.web.member_samples import FEED, INSIDE
from tests.web.sample_cards import (
    AMARA,
    CHOIR,
    FRAME,
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


def branches(*found: PostCard) -> tuple[Branch, ...]:
    """A conversation among visitors: one answered by all others, some of which are elsewhere."""
    first, *others = (Answered(one) for one in listed(*found))
    forks = tuple(Branch((one,), rest=4, address="/@jona/1?below=2") for one in others)
    return (Branch((first, Answered("", gap=2)), forks, size=len(forks)),)


POSTS = listed(TOMATOES, CHOIR, WARNED, LINKED, SENSITIVE)
TABS = (
    member_pages.Tab("posts", "/@jona", is_current=True),
    member_pages.Tab("replies", "/@jona?show=replies"),
    member_pages.Tab("media", "/@jona?show=media"),
)
LINK = LINKED.card
assert LINK is not None
COMMENTS = tuple(minijinja.safe(render_public(card, Language.ENGLISH, COMMENT)) for card in (CHOIR, WARNED))
ADDRESS = "https://mauerwinkel.example/@jona/1"
WHY = reasons.trend(Trend(TrendKind.TAG, 1, 9.0, 12, 2, 0.5, "en", None))
SHARED = reasons.trend(Trend(TrendKind.LINK, 1, 9.0, 1, 2, 3, "en", None))
LIKED = reasons.trend(Trend(TrendKind.POST, 1, 9.0, 12, 1, 0, "en", None))
TALK = explore_pages.Talk(
    (explore_pages.TopTag("harbour", "/tags/harbour", WHY),),
    (explore_pages.TopLink(LINK, "/links?url=1", SHARED),),
    (explore_pages.TopPost(POSTS[0], LIKED),),
)
SUGGESTED = (
    explore_pages.Suggestion(
        "9", AMARA, reasons.suggestion(Suggested(AccountId(9), SOURCES, dict.fromkeys(SOURCES, 2)))
    ),
    explore_pages.Suggestion(
        "8", INES, reasons.suggestion(Suggested(AccountId(8), SOURCES, dict.fromkeys(SOURCES, 1)))
    ),
)
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
    "profile": (
        public_pages.ProfilePage(PROFILE, "posts", TABS, POSTS, older="/@jona?max_id=11502"),
        READING,
    ),
    "profile-empty": (public_pages.ProfilePage(QUIET, "media", TABS, (), newer="/@jona"), READING),
    "profile-tagged": (public_pages.ProfilePage(PROFILE, "tag", TABS, POSTS[:1], tag="harbour"), READING),
    "known-people": (public_pages.KnownPeoplePage(JONA, "followers", (AMARA, INES)), READING),
    "known-people-hidden": (public_pages.KnownPeoplePage(JONA, "following", (), is_hidden=True), READING),
    "known-people-more": (
        public_pages.KnownPeoplePage(JONA, "following", (AMARA,), older="/@jona/following?max_id=1"),
        READING,
    ),
    "tag": (
        public_pages.TagPage("harbour", "/tags/harbour", POSTS, older="/tags/harbour?max_id=11502"),
        READING,
    ),
    "tag-empty": (public_pages.TagPage("harbour", "/tags/harbour", ()), READING),
    "link": (public_pages.LinkPage(LINK, POSTS), READING),
    "topic-tag": (member_pages.TopicPage(FEED, tag="harbour"), INSIDE),
    "topic-tag-followed": (
        member_pages.TopicPage((), tag="harbour", is_followed=True, newer="/tags/harbour"),
        INSIDE,
    ),
    "comments": (
        public_pages.CommentsPage(COMMENTS, "/comments/answer?post=1", is_thread=True, whole="/@jona/1"),
        FRAME,
    ),
    "comments-page": (
        public_pages.CommentsPage(
            COMMENTS, "/comments/answer?url=1", newer="/comments?a", older="/comments?b", theme="light"
        ),
        FRAME,
    ),
    "comments-none": (public_pages.CommentsPage((), "/comments/answer?url=1"), FRAME),
    "comments-wrong": (public_pages.CommentsPage((), "", problem=UNKNOWN), FRAME),
    "answer-from": (public_pages.AnswerFromPage("/@jona/1#answer", POSTS[0], "1", ADDRESS), FRAME),
    "answer-from-there": (
        public_pages.AnswerFromPage(
            "/@jona/1#answer",
            POSTS[0],
            "1",
            ADDRESS,
            server="hof.example",
            there="https://hof.example/authorize_interaction?uri=1",
            host="hof.example",
        ),
        FRAME,
    ),
    "answer-from-person": (
        public_pages.AnswerFromPage(
            "/auth/sign_in?next=/@jona",
            address=ADDRESS,
            server="hof.example",
            host="hof.example",
            person=JONA,
            there="https://hof.example/authorize_interaction?uri=1",
        ),
        FRAME,
    ),
    "answer-from-page": (
        public_pages.AnswerFromPage(
            "/write?url=1", url="https://blog.example/a", server="?", problems=(Problem("server", NO_SERVER),)
        ),
        FRAME,
    ),
    "comments-code": (
        member_pages.CommentsCodePage(
            TOMATOES, '<script src="https://mauerwinkel.example/comments.js"></script>', "<iframe></iframe>"
        ),
        INSIDE,
    ),
    "explore": (explore_pages.ExplorePage(TALK, SUGGESTED, explore_pages.Rule(5, 24)), INSIDE),
    "explore-nothing": (
        explore_pages.ExplorePage(explore_pages.Talk(), (), explore_pages.Rule(5, 24, is_on=False)),
        INSIDE,
    ),
    "discover": (explore_pages.DiscoverPage(TALK, SUGGESTED, explore_pages.Rule(5, 24)), READING),
    "discover-nothing": (
        explore_pages.DiscoverPage(explore_pages.Talk(), (), explore_pages.Rule(5, 24)),
        READING,
    ),
    "topic-link": (member_pages.TopicPage(FEED, link=LINK), INSIDE),
}
