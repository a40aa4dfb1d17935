"""First steps of a new server: what is worth a look before others come. It is put away once, for good."""

from martlet.http.answer import Answer
from martlet.model.paging import Page
from martlet.model.roles import Permission
from martlet.services import setting_up
from martlet.storage import announcements, invitations, server_values
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import Block, DeskPage, Form, Press, Row, Rows, Say, Tag
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, sentence

pages = Pages()
MAY = Permission.MANAGE_SETTINGS
DONE, OPEN = Tag(sentence("done")), Tag(sentence("not yet"), "note")


@pages.get(places.GUIDE, access="member", permission=MAY)
async def guide(visit: Visit) -> Answer:
    return await office.show(visit, _guide)


def _guide(db: Reader, visit: Visit) -> DeskPage:
    here = visit.here
    some = Page(limit=1)
    steps = (
        _step(
            sentence("What this server is called, and for whom it is"),
            sentence("A sentence or two, for the front page."),
            places.SERVER,
            bool(here.description),
        ),
        _step(sentence("Who may join"), JOINING[here.registration], places.SERVER, is_done=True),
        _step(
            sentence("Rules"),
            sentence("Three or four short ones. Everybody who joins agrees to them."),
            places.RULES,
            bool(server_values.rules(db)),
        ),
        _step(
            sentence("A first invitation"),
            sentence("A link to send to those you want to have here."),
            places.INVITATIONS,
            bool(invitations.page(db, some)),
        ),
        _step(
            sentence("A first announcement"),
            sentence("Everybody here reads it on arriving."),
            places.ANNOUNCEMENTS,
            bool(announcements.page_of_all(db, some)),
        ),
        _step(
            sentence("Your own profile"),
            sentence("People want to know who looks after the place."),
            addresses.EDIT_PROFILE,
            bool(visit.signed_in.account.avatar),
        ),
        _mail(visit),
        _address(visit),
    )
    blocks: list[Block] = [
        Say(sentence("None of this is needed to begin, and all of it can be changed later.")),
        Rows(steps, sentence("Nothing.")),
        Form(
            places.GUIDE_END,
            sentence("Put these steps away"),
            lede=(sentence("They do not come again. Everything stays within reach in the menu."),),
            kind="",
        ),
    ]
    return DeskPage(sentence("First steps"), tuple(blocks))


JOINING: dict[str, Sentence] = {
    "open": sentence("At present: everybody."),
    "approval": sentence("At present: everybody whom you let in."),
    "invite": sentence("At present: whoever is invited."),
    "closed": sentence("At present: nobody."),
}


def _step(title: Sentence, said: Sentence, address: str, is_done: bool) -> Row:  # noqa: FBT001 - what was found
    return Row(
        title, address, said=(said,), tags=(DONE if is_done else OPEN,), drawing="check" if is_done else "go"
    )


def _mail(visit: Visit) -> Row:
    """Mail goes out, or what is to be set for it."""
    if not visit.here.sends_mail:
        said = sentence(
            "Without mail nobody can reset a password themselves. Set “smtp_host” in the settings file."
        )
        return Row(sentence("Mail"), said=(said,), tags=(OPEN,), drawing="go")
    way = Press(sentence("Send me a trial letter"), places.GUIDE_MAIL, "", ())
    return Row(
        sentence("Mail"),
        said=(sentence("A mail server is set."),),
        tags=(DONE,),
        drawing="check",
        presses=(way,),
    )


def _address(visit: Visit) -> Row:
    here = visit.here
    is_whole = here.url.startswith("https://")
    said = (
        sentence("People reach it at {url}.", url=here.url)
        if is_whole
        else sentence(
            "For others to reach it, it needs a name and https: a proxy with a certificate in front, and “url” in the settings. The name can never change later."
        )
    )
    return Row(
        sentence("Address"),
        said=(said,),
        tags=(DONE if is_whole else OPEN,),
        drawing="check" if is_whole else "go",
    )


@pages.post(places.GUIDE_MAIL, access="member", permission=MAY)
async def send_letter(visit: Visit) -> Answer:
    problems = await office.tried(visit, setting_up.send_test_letter, visit.actor, visit.here)
    if problems:
        return await office.again(visit, problems, _guide)
    return visit.go(places.GUIDE, done="letter_sent")


@pages.post(places.GUIDE_END, access="member", permission=MAY)
async def end(visit: Visit) -> Answer:
    await visit.store.writing(setting_up.end_first_steps, visit.actor, visit.here)
    return visit.go(places.DESK, done="saved")
