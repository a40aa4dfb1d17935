"""Pages of the desk: every block once or more."""

from msgspec.structs import replace

from martlet.web.desk_pages import (
    Bar,
    Buttons,
    Chart,
    Choice,
    DeskPage,
    Fact,
    Facts,
    Field,
    Form,
    Option,
    Place,
    Posts,
    Press,
    Row,
    Rows,
    Say,
    Says,
    Tag,
    Words,
)
from martlet.web.pages import Frame, Page
from martlet.web.welcome_pages import Stranger, WelcomePage, WelcomePeoplePage
from martlet.web.wording import Problem, sentence
from tests.web.sample_cards import AMARA, NOW, ROOFS, SIGNED_IN, WARNED

REPORTS = sentence("Reports")
MENU = (
    Place(sentence("Looking after the server"), "/desk", "window"),
    Place(REPORTS, "/desk/reports", "warn", True),
)
WAY = Press(sentence("Let in"), "/desk/sign-ups/7/approve", "go", about="@amara")
PRESSED = Press(sentence("End it"), "/desk/invitations/7/end", "stop", (("allow", "1"),), "h2Fk9wQz")
LINES = Rows(
    (
        Row(
            "@amara@harbour.example",
            "/desk/accounts/7",
            said=(sentence("Spam"), NOW),
            tags=(Tag(sentence("limited"), "note"), Tag("Moderator")),
            face=AMARA,
            quote="Three times a day.",
            presses=(WAY, PRESSED),
        ),
        Row(sentence("Limited"), drawing="warn", said=("@jona",), tags=(Tag(sentence("Taken back"), "off"),)),
        Row(":sun:", picture="/media/p-mist.svg", tags=(Tag(sentence("frozen"), "bad"),)),
    ),
    sentence("Nothing yet."),
    sentence("Reports about them"),
    sentence("Only those who work on reports read them."),
    newer="/desk/reports?min_id=9",
    older="/desk/reports?max_id=1",
)
OPTIONS = (Option("", sentence("all")), Option("moderator", "Moderator"))
FIELDS = (
    Field("name", sentence("Name"), value="jona", limit=60, is_required=True),
    Field(
        "position",
        sentence("Position"),
        "number",
        "10",
        sentence("Whoever is higher acts upon whoever is lower."),
    ),
    Field("email", sentence("E-mail"), "email", "jona@hof.example", id="new_email"),
    Field("starts", sentence("Came"), "moment", "2026-11-29T10:00"),
    Field("color", sentence("Position"), "color", "#0a5c52"),
    Field("text", sentence("Rule"), "area", "Be decent.", sentence("In plain words."), limit=300),
    Field("role", sentence("Role"), "choice", "moderator", options=OPTIONS),
    Field("may_1", "Be decent.", "tick", "1", sentence("You can take it back at any time.")),
    Field("picture", sentence("File"), "file", is_required=True),
)
FORM = Form(
    "/desk/roles/moderator",
    sentence("Save"),
    FIELDS,
    sentence("Roles"),
    (sentence("You can take it back at any time."),),
    hidden=(("report", "7"),),
    takes_files=True,
    back="/desk/roles",
)
FIGURE = Chart(
    sentence("Newcomers"),
    "31",
    sentence("in 31 days; at most {most} on a day", most="7"),
    (Bar(0, 100), Bar(20, 40), Bar(600, 2)),
    NOW,
    NOW,
    sentence("A hill is a server that was away. It goes within a week."),
)
WHOLE = DeskPage(
    sentence("Report about {name}", name="@amara@harbour.example"),
    (
        Say(sentence("Nothing trends before you let it.")),
        Say("example.org did not answer.", "bad"),
        Says((sentence("This cannot be taken back."), sentence("Nobody else sees it."))),
        Facts((Fact(sentence("Came"), NOW), Fact("Rule", "Be decent.", "/desk/rules")), sentence("Rules")),
        Words("This is advertising.\n\nThree times a day.", sentence("What was said")),
        Posts((ROOFS, WARNED), sentence("Reported posts"), sentence("They are gone.")),
        Buttons(
            (WAY, PRESSED),
            sentence("Do something"),
            sentence("Each asks once more, and says who will see it."),
        ),
        LINES,
        FORM,
        Form(
            "/desk/reports",
            sentence("Show"),
            (Field("about", sentence("State"), id="q"),),
            kind="",
            is_question=True,
        ),
        FIGURE,
    ),
    MENU,
    (REPORTS, "/desk/reports"),
    AMARA,
    (Choice(sentence("Open"), "/desk/reports", True), Choice("中文", "/desk/reports?state=closed")),
)

WELCOME_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "welcome": (WelcomePage("Jona"), SIGNED_IN),
    "welcome-wrong": (
        WelcomePage(
            "",
            (
                Problem("avatar", sentence("This is needed.")),
                Problem("display_name", sentence("This is too long.")),
            ),
        ),
        SIGNED_IN,
    ),
    "welcome-people": (
        WelcomePeoplePage(
            (Stranger("9", AMARA, sentence("Those who look after this server suggest this account.")),), 1
        ),
        SIGNED_IN,
    ),
    "welcome-nobody": (WelcomePeoplePage((), 0), SIGNED_IN),
}

DESK_SAMPLES: dict[str, tuple[Page, Frame]] = {
    **WELCOME_SAMPLES,
    "desk": (WHOLE, SIGNED_IN),
    "desk-wrong": (
        DeskPage(
            "Moderator",
            (FORM,),
            MENU,
            problems=(
                Problem("new_email", sentence("This is needed.")),
                Problem("may_1", sentence("This is too long.")),
            ),
        ),
        replace(SIGNED_IN, notice=sentence("Saved.")),
    ),
    "desk-empty": (
        DeskPage(
            REPORTS,
            (
                Rows((), sentence("Nothing yet.")),
                Posts((), sentence("Reported posts"), sentence("They are gone.")),
                replace(FIGURE, bars=(), advice=None),
            ),
            MENU,
            is_home=True,
        ),
        SIGNED_IN,
    ),
}
