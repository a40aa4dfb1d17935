"""What somebody new is shown once: joining leads here, and every step can be left out."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.model.server import Server
from martlet.services import profiles, suggesting
from martlet.services.profiles import Change
from martlet.storage import accounts
from martlet.storage.database import Reader
from martlet.web import addresses, faces, reasons
from martlet.web.visits import Pages, Visit
from martlet.web.welcome_pages import Stranger, WelcomePage, WelcomePeoplePage
from martlet.web.wording import Problem, problems_of

pages = Pages()
PEOPLE = 3
LONGEST = 1000


def _most_bytes(here: Server) -> int:
    return here.limits.image_bytes + 20_000


@pages.get(addresses.WELCOME, access="member")
async def welcome(visit: Visit) -> Answer:
    return visit.page(WelcomePage(visit.signed_in.account.display_name))


@pages.upload(addresses.WELCOME, limit=_most_bytes)
async def name_oneself(visit: Visit) -> Answer:
    name, file = visit.field("display_name", LONGEST), visit.files.get("avatar")
    picture = file.path if file is not None and file.size else None
    try:
        await profiles.change_with_pictures(
            visit.ground, visit.account, Change(display_name=name), picture, None
        )
    except InvalidInput as error:
        field = "avatar" if picture is not None and error.field == "file" else "display_name"
        problems = tuple(Problem(field, one.sentence) for one in problems_of(error))
        return visit.page(WelcomePage(name, problems), 422)
    return visit.go(addresses.WELCOME_PEOPLE)


@pages.get(addresses.WELCOME_PEOPLE, access="member")
async def people(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_people, visit))


def _people(db: Reader, visit: Visit) -> WelcomePeoplePage:
    found = suggesting.to(db, visit.account, PEOPLE, visit.here)
    known = accounts.many(db, [one.account for one in found])
    strangers = tuple(
        Stranger(
            str(one.account),
            faces.face_with_emoji(db, known[one.account], visit.here, is_inside=True),
            reasons.suggestion(one)[0],
        )
        for one in found
        if one.account in known
    )
    return WelcomePeoplePage(strangers, accounts.get(db, visit.account).following_count)
