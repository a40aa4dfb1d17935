"""Pages of what was decided about somebody."""

from datetime import timedelta

from msgspec.structs import replace

from martlet.web import pages
from martlet.web.cards import SeveranceCard, StrikeCard
from martlet.web.pages import Frame, Page
from martlet.web.wording import Problem, sentence
from tests.web.sample_cards import FRAME, NOW, SIGNED_IN

STRIKES = (
    StrikeCard(
        sentence("Only those who follow you come across your account."),
        "Please stop writing to people who asked you not to.\n\nThis is the second time.",
        NOW,
        "/strikes/abc",
        posts=("And another thing, @amara …",),
        appeals_until=NOW + timedelta(days=20),
    ),
    StrikeCard(
        sentence("You are warned."), "", NOW, "/strikes/abd", appeal="It was not me.", appeal_state="pending"
    ),
    StrikeCard(
        sentence("Some of your posts were deleted."),
        "",
        NOW,
        "/strikes/abe",
        is_overruled=True,
        appeal="No.",
        appeal_state="approved",
    ),
)
LOST = SeveranceCard(
    "hof.example",
    is_own=False,
    ended_at=NOW,
    followers=2,
    following=1,
    followers_address="/settings/decisions/severed/1/followers.csv",
    following_address="/settings/decisions/severed/1/following.csv",
)

DECISION_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "decisions": (
        pages.DecisionsPage(STRIKES, (LOST, replace(LOST, target="loud.example", is_own=True))),
        SIGNED_IN,
    ),
    "decisions-none": (pages.DecisionsPage((), ()), SIGNED_IN),
    "strike": (pages.StrikePage(STRIKES[0]), FRAME),
    "strike-wrong": (
        pages.StrikePage(STRIKES[0], "No", problems=(Problem("text", sentence("This is needed.")),)),
        FRAME,
    ),
    "strike-appealed": (pages.StrikePage(STRIKES[1]), FRAME),
    "strike-overruled": (pages.StrikePage(STRIKES[2]), FRAME),
    "link-spent-strike": (pages.LinkSpentPage("strike"), FRAME),
}
