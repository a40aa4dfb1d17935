"""The pages for members, each once or more."""

import minijinja
from msgspec.structs import replace

from martlet.services.threads import Wholeness
from martlet.web import member_pages, writing_pages
from martlet.web.cards import AnnouncementCard, Answered, Branch, Chosen, FeedPost, Html, Preview
from martlet.web.feeds import render_one
from martlet.web.language import Language
from martlet.web.looks import Look
from martlet.web.pages import Frame, Page
from martlet.web.wording import Problem, counted, sentence
from tests.web.sample_cards import (
    AMARA,
    CHOIR,
    FILMED,
    FRAME,
    INES,
    JONA,
    LIN,
    LINKED,
    NOW,
    PROFILE,
    QUOTING,
    SENSITIVE,
    SIGNED_IN,
    TOMATOES,
    VOTABLE,
    WARNED,
    picture,
)

FEED_POSTS = {
    "plain": FeedPost(TOMATOES, is_liked=True, is_saved=True),
    "poll": FeedPost(replace(CHOIR, poll=VOTABLE), is_boosted=True),
    "polls": FeedPost(replace(CHOIR, id="11512", poll=replace(VOTABLE, id="8", is_multiple=True))),
    "voted": FeedPost(replace(CHOIR, poll=replace(VOTABLE, is_open_to_reader=False, own=(1,)))),
    "private": FeedPost(replace(WARNED, visibility="private"), is_boostable=False),
    "circle": FeedPost(replace(WARNED, visibility="limited", is_here_only=True), is_boostable=False),
    "waiting": FeedPost(replace(LINKED, review="pending"), is_own=True),
    "refused": FeedPost(replace(LINKED, review="rejected"), is_own=True),
    "direct": FeedPost(replace(LINKED, visibility="direct"), is_own=True, is_boostable=False),
    "quoting": FeedPost(QUOTING),
    "filmed": FeedPost(FILMED),
    "filtered": FeedPost(TOMATOES, filtered="Vegetables"),
    "broken": FeedPost(replace(SENSITIVE, is_broken=True)),
}
ANNOUNCED = (
    AnnouncementCard("3", Html("<p>The tower is <b>closed</b>.</p>"), (), NOW, NOW, is_all_day=True),
    AnnouncementCard("4", Html("<p>Elections</p>"), (), None, NOW),
)
FEED = tuple(
    minijinja.safe(render_one(FEED_POSTS[name], Language.ENGLISH)) for name in ("plain", "poll", "private")
)
INSIDE = replace(FRAME, viewer=JONA, address="/home", news=3)
LANGUAGES = (("de", "Deutsch"), ("en", "English"))
EMPTY_POST = Problem("text", sentence("There is nothing to send yet: write something, or choose a picture."))
ZONES = (("-300", "UTC−5:00"), ("0", "UTC+0:00"))
WRITE = writing_pages.WritePage("117", "public", "de", LANGUAGES, 5000, 4, account="9", zones=ZONES, now=NOW)
WAITS = writing_pages.UnsentPost("51", "Die Fähre kommt.", 2, NOW, moment="2026-11-30T08:00")
PERSON = member_pages.PersonPage(
    "9",
    PROFILE,
    member_pages.Between(),
    "posts",
    (member_pages.Tab("posts", "/@jona", True), member_pages.Tab("replies", "/@jona?show=replies")),
    FEED,
)
TOLD = Preview(TOMATOES.address, TOMATOES.preview, TOMATOES.language)
NEWS = (
    member_pages.NewsItem("31", "like", sentence("{name} likes your post", name="Amara"), AMARA, TOLD),
    member_pages.NewsItem(
        "30",
        "boost",
        counted(
            "{name} and one other boosted your post",
            "{name} and {n} others boosted your post",
            name="Lin",
            n=2,
        ),
        LIN,
        Preview("/@lin/12", ""),
        (INES, JONA),
        is_new=True,
    ),
    member_pages.NewsItem("29", "people", sentence("{name} asks to follow you", name="Ines"), INES, asks="5"),
    member_pages.NewsItem("28", "reply", sentence("{name} wrote to you", name="Ines"), INES, answer="7"),
)

EDITING = member_pages.EditProfilePage(
    "Jona", "Gardener.\nOn a roof.", (("Garden", "https://dach.example"), ("", "")), avatar="/media/1.webp"
)
SHORT = Problem("", sentence("This is too long."))

MEMBER_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "home": (
        member_pages.HomePage(
            "home", FEED, older="/home?max_id=1", lists=(member_pages.Tab("邻居", "/lists/4"),)
        ),
        INSIDE,
    ),
    "home-announced": (member_pages.HomePage("home", FEED[:1], announced=ANNOUNCED), INSIDE),
    "home-empty": (member_pages.HomePage("home", ()), replace(INSIDE, notice=sentence("Deleted."))),
    "home-further": (
        member_pages.HomePage(
            "list",
            FEED,
            newer="/home?min_id=9",
            lists=(member_pages.Tab("邻居", "/lists/4", True),),
            is_first=False,
            settled_at="/settings/people/lists/4",
        ),
        INSIDE,
    ),
    "home-keys": (member_pages.HomePage("home", FEED), replace(INSIDE, look=Look(keys="on"))),
    "home-local": (member_pages.HomePage("local", ()), INSIDE),
    "saved": (member_pages.SavedPage(FEED), INSIDE),
    "saved-none": (member_pages.SavedPage(()), INSIDE),
    "thread": (
        member_pages.ThreadPage(
            FEED_POSTS["plain"],
            FEED[1:2],
            (
                Branch(
                    (Answered(FEED[2], gap=3), Answered("")),
                    (Branch((Answered(""),), rest=5, address="/@jona/77"), Branch((Answered("", gap=1),))),
                    size=7,
                ),
            ),
            Wholeness(14, 17, 2),
            "117",
            "@jona ",
            first=minijinja.safe(render_one(FEED_POSTS["filmed"], Language.ENGLISH)),
            between=12,
            people=(member_pages.Participant(JONA, 3), member_pages.Participant(AMARA, 1)),
            others=2,
            above_at="/@ines/4",
            count=9,
            rest=40,
            more="/@ines/1?after=4#answers",
            asked_at=NOW,
            is_elsewhere=True,
        ),
        INSIDE,
    ),
    "thread-by-time": (
        member_pages.ThreadPage(
            FEED_POSTS["direct"],
            (),
            (),
            Wholeness(14, 17, 0, 1, is_asking=True),
            "117",
            flat=FEED,
            count=3,
            sort="time",
        ),
        INSIDE,
    ),
    "thread-unknown": (
        member_pages.ThreadPage(FEED_POSTS["direct"], (), (), None, "117", is_elsewhere=True),
        INSIDE,
    ),
    "thread-whole": (
        member_pages.ThreadPage(FEED_POSTS["direct"], (), (), Wholeness(1, 1, 0), "117", is_elsewhere=True),
        INSIDE,
    ),
    "thread-alone": (
        member_pages.ThreadPage(
            FEED_POSTS["direct"], (), (), None, "117", "", "direct", problems=(EMPTY_POST,)
        ),
        INSIDE,
    ),
    "person": (PERSON, INSIDE),
    "person-self": (replace(PERSON, between=member_pages.Between(is_self=True), posts=()), INSIDE),
    "person-elsewhere": (
        replace(
            PERSON,
            between=member_pages.Between(follows=True, is_followed_by=True, is_muting=True),
            elsewhere="https://hof.example/@jona",
        ),
        INSIDE,
    ),
    "person-blocked": (
        replace(
            PERSON,
            profile=replace(PROFILE, is_locked=True, is_bot=True, is_memorial=True, moved_to=AMARA),
            between=member_pages.Between(is_blocking=True),
        ),
        INSIDE,
    ),
    "person-blocking": (replace(PERSON, between=member_pages.Between(is_blocked_by=True)), INSIDE),
    "person-asked": (replace(PERSON, between=member_pages.Between(has_asked=True)), INSIDE),
    "write": (WRITE, INSIDE),
    "write-answer": (replace(WRITE, answered=CHOIR, audience="unlisted", text="@amara "), INSIDE),
    "write-answer-circle": (replace(WRITE, answered=CHOIR, audience="limited", text="@amara "), INSIDE),
    "write-narrow": (
        replace(WRITE, answers="mentioned", may_ask=True, ends="3600", is_here_only=True),
        INSIDE,
    ),
    "write-quote": (
        replace(
            WRITE, quoted=TOMATOES, further=(("en", "Look at <these>!", "Plants & pots"), ("", "？", ""))
        ),
        INSIDE,
    ),
    "write-wrong": (
        replace(
            WRITE,
            text="",
            warning="Hens",
            choices=("Tuesday", "Thursday"),
            is_multiple=True,
            kept=(
                writing_pages.KeptFile("77", picture("snow", "Bare trees.")),
                writing_pages.KeptFile("78", picture("snow", ""), is_waiting=True),
                writing_pages.KeptFile("79", replace(picture("snow", ""), kind="sound"), failure="Noise"),
            ),
            problems=(EMPTY_POST,),
        ),
        INSIDE,
    ),
    "write-circle": (
        replace(
            WRITE,
            audience="circle",
            circles=(("4", "Choir"), ("5", "邻居")),
            circle="5",
            language="",
            guessed="Deutsch",
            draft="12",
            told=counted("Your file is here. Say what can be seen, or just send.", "", n=1),
        ),
        INSIDE,
    ),
    "write-wider": (
        replace(
            WRITE,
            answered=CHOIR,
            agreed="public",
            at="2026-11-30T08:00",
            zone="-300",
            problems=(
                Problem("audience", sentence("This is too long.")),
                Problem("at", sentence("This is too long.")),
            ),
        ),
        replace(INSIDE, sent="117"),
    ),
    "write-edit": (replace(WRITE, edits=TOMATOES, text="Die Tomaten", pictures=0), INSIDE),
    "unsent": (
        writing_pages.UnsentPage(
            (WAITS, replace(WAITS, id="52", text="", pictures=0)),
            (WAITS, replace(WAITS, id="53", failure="Not found")),
            ZONES,
            older="/write/unsent?max_id=3",
        ),
        INSIDE,
    ),
    "unsent-wrong": (
        writing_pages.UnsentPage(
            (), (WAITS,), ZONES, holds=False, problems=(Problem("at-51", sentence("This is too long.")),)
        ),
        INSIDE,
    ),
    "unsent-none": (writing_pages.UnsentPage((), ()), INSIDE),
    "outbox": (writing_pages.OutboxPage("9"), replace(INSIDE, account="9")),
    "history": (
        writing_pages.HistoryPage(
            TOMATOES,
            (
                writing_pages.Version(
                    NOW,
                    Html("<p>Ripe</p>"),
                    (
                        writing_pages.Piece("same", "The "),
                        writing_pages.Piece("gone", "green"),
                        writing_pages.Piece("new", "ripe"),
                    ),
                    warning="Hens",
                    told=(sentence("A warning was put before it."),),
                ),
                writing_pages.Version(NOW, Html("<p>Green</p>")),
            ),
            left_out=2,
        ),
        INSIDE,
    ),
    "history-visitor": (
        writing_pages.HistoryPage(TOMATOES, (writing_pages.Version(NOW, Html("<p>Green</p>")),)),
        FRAME,
    ),
    "more": (
        member_pages.MorePage(
            FEED_POSTS["plain"],
            "9",
            False,
            False,
            member_pages.Between(),
            comment="shown",
            emoji=(
                member_pages.EmojiChoice(Chosen("🎉", 2), "🎉", is_own=True),
                member_pages.EmojiChoice(Chosen(":swift:", 1), "swift", is_own=False),
            ),
        ),
        INSIDE,
    ),
    "more-carried": (
        member_pages.MorePage(
            FEED_POSTS["plain"],
            "9",
            False,
            False,
            member_pages.Between(),
            came_at=NOW,
            trust=sentence("Author confirmed"),
            has_rival=True,
        ),
        INSIDE,
    ),
    "more-own": (
        member_pages.MorePage(
            replace(FEED_POSTS["plain"], is_own=True),
            "9",
            True,
            True,
            member_pages.Between(is_self=True),
            has_code=True,
            link="http://localhost:3000/@jona/11502",
        ),
        INSIDE,
    ),
    "more-muted": (
        member_pages.MorePage(
            FEED_POSTS["private"], "9", False, True, member_pages.Between(is_muting=True), comment="hidden"
        ),
        INSIDE,
    ),
    "more-quoted": (
        member_pages.MorePage(
            replace(FEED_POSTS["plain"], is_own=True), "9", False, False, member_pages.Between(), quotes=2
        ),
        INSIDE,
    ),
    "more-quoting": (
        member_pages.MorePage(
            FEED_POSTS["plain"], "9", False, False, member_pages.Between(), is_quoting_own=True
        ),
        INSIDE,
    ),
    "quotes": (member_pages.QuotesPage(LINKED, FEED), INSIDE),
    "unquote": (member_pages.UnquotePage(TOMATOES), INSIDE),
    "delete-post": (member_pages.DeletePostPage(TOMATOES), INSIDE),
    "search": (member_pages.SearchPage(""), INSIDE),
    "search-found": (
        member_pages.SearchPage("ferry", (AMARA,), (member_pages.FoundTag("ferry", "/tags/ferry", 3),), FEED),
        INSIDE,
    ),
    "search-nothing": (member_pages.SearchPage("xyz"), INSIDE),
    "followers": (
        member_pages.PeoplePage(JONA, "followers", (AMARA, INES), older="/@jona/followers?max_id=3"),
        INSIDE,
    ),
    "following-hidden": (member_pages.PeoplePage(AMARA, "following", (), is_hidden=True), INSIDE),
    "profile-edit": (EDITING, SIGNED_IN),
    "profile-edit-wrong": (
        replace(EDITING, problems=(SHORT,), is_bot=True, avatar=None, header="/media/2.webp"),
        SIGNED_IN,
    ),
    "news": (member_pages.NewsPage(NEWS, "/news?max_id=29"), INSIDE),
    "news-none": (member_pages.NewsPage(()), INSIDE),
    "news-only": (member_pages.NewsPage(NEWS[2:], None, "people", False), INSIDE),
}
