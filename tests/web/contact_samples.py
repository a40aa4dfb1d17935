"""The pages of `contact_pages`, each once or more."""

from msgspec.structs import replace

from martlet.web import contact_pages
from martlet.web.contact_pages import Asking, ConversationRow, Pick, Stranger
from martlet.web.member_pages import Between
from martlet.web.pages import Frame, Page
from martlet.web.wording import Problem, sentence
from tests.web.member_samples import FEED, INSIDE
from tests.web.sample_cards import AMARA, CHOIR, INES, JONA, LIN, NOW, TOMATOES, WARNED

EMPTY = Problem("text", sentence("There is nothing to send yet: write something."))
CHOOSE = Problem("category", sentence("Please choose one."))
CONVERSATION = contact_pages.ConversationPage("7", (AMARA, LIN), FEED, "117")
OPTIONS = contact_pages.OptionsPage("9", AMARA, "", follows=False)
REPORT = contact_pages.ReportPage(
    "9", INES, "what", Between(follows=True), (("post_11502", "1"),), host="hof.example", back="/@ines"
)

CONTACT_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "inbox": (
        contact_pages.InboxPage(
            (
                ConversationRow("7", (AMARA, LIN), WARNED, True),
                ConversationRow("6", (INES,), None, False),
                ConversationRow("5", (), TOMATOES, False),
            ),
            newer="/conversations?min_id=9",
            older="/conversations?max_id=3",
        ),
        INSIDE,
    ),
    "inbox-none": (contact_pages.InboxPage(()), INSIDE),
    "conversation": (CONVERSATION, INSIDE),
    "conversation-wrong": (
        replace(CONVERSATION, people=(AMARA,), posts=(), whole="/@amara/11502", problems=(EMPTY,)),
        INSIDE,
    ),
    "conversation-alone": (replace(CONVERSATION, people=()), INSIDE),
    "write-to": (contact_pages.WriteToPage(AMARA, "117"), replace(INSIDE, address="/people/9/write")),
    "write-to-wrong": (
        contact_pages.WriteToPage(AMARA, "117", "", (EMPTY,)),
        replace(INSIDE, address="/people/9/write"),
    ),
    "conversation-leave": (contact_pages.LeavePage("7", (AMARA, LIN)), INSIDE),
    "follow-requests": (
        contact_pages.FollowRequestsPage(
            (Asking("5", AMARA), Asking("6", INES)), newer="/requests?min_id=9", older="/requests?max_id=3"
        ),
        INSIDE,
    ),
    "follow-requests-none": (contact_pages.FollowRequestsPage(()), INSIDE),
    "held-news": (
        contact_pages.HeldNewsPage(
            (Stranger("5", AMARA, 2, NOW, CHOIR), Stranger("6", INES, 1, NOW, None)),
            older="/strangers?max_id=3",
        ),
        INSIDE,
    ),
    "held-news-none": (contact_pages.HeldNewsPage(()), INSIDE),
    "options": (OPTIONS, INSIDE),
    "options-following": (
        replace(
            OPTIONS,
            note="Met at the mill.",
            follows=True,
            languages=(("de", "Deutsch"), ("zh", "中文")),
            chosen=frozenset({"de"}),
            problems=(Problem("note", sentence("This is too long.")),),
        ),
        INSIDE,
    ),
    "mute": (contact_pages.MutePage("9", AMARA), INSIDE),
    "block": (contact_pages.BlockPage("9", JONA), INSIDE),
    "block-elsewhere": (contact_pages.BlockPage("9", INES, "hof.example"), INSIDE),
    "report": (REPORT, INSIDE),
    "report-wrong": (replace(REPORT, category="spam", problems=(CHOOSE,)), INSIDE),
    "report-rules": (
        replace(REPORT, step="rules", category="violation", picks=(Pick("1", "Be kind.", True),)),
        INSIDE,
    ),
    "report-no-rules": (
        replace(REPORT, step="rules", problems=(Problem("rules", sentence("Please choose one.")),)),
        INSIDE,
    ),
    "report-posts": (
        replace(
            REPORT,
            step="posts",
            picks=(Pick("11502", "Tomatoes", True, NOW), Pick("11503", "", False)),
            packs=(Pick("7", "Gardeners", True),),
        ),
        INSIDE,
    ),
    "report-words": (
        replace(REPORT, step="words", text="Look.", is_forwarded=True, problems=(EMPTY,)),
        INSIDE,
    ),
    "report-done": (replace(REPORT, step="done"), INSIDE),
    "report-done-here": (replace(REPORT, step="done", host="", between=Between()), INSIDE),
}
