"""How pages look, and in which language they speak."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.services import preferring
from martlet.storage import accounts
from martlet.storage.database import Reader, Writer
from martlet.web import addresses, guarding, language
from martlet.web.looks import look_of
from martlet.web.settings_pages import LanguagePage, LookPage
from martlet.web.visits import LANGUAGE, LOOK, Pages, Visit

pages = Pages()


@pages.get(addresses.LOOK, access="member")
async def look(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_look, visit))


def _look(db: Reader, visit: Visit) -> LookPage:
    media, opens_warnings, plays_gifs = accounts.reading_preferences(db, visit.account) or ("default", 0, 0)
    return LookPage(look_of(visit.cookie(LOOK)), media, bool(opens_warnings), bool(plays_gifs))


@pages.post(addresses.LOOK, access="member")
async def change_look(visit: Visit) -> Answer:
    wanted = look_of(".".join(visit.form.get(name, "") for name in ("theme", "text", "pictures", "keys")))
    await visit.store.writing(_prefer, visit)
    visit.set_cookie(LOOK, wanted.said, guarding.YEAR_SECONDS)
    return visit.go(addresses.LOOK, done="saved")


def _prefer(db: Writer, visit: Visit) -> None:
    form = visit.form
    preferring.prefer_reading(
        db,
        visit.account,
        form.get("media", "default"),
        opens_warnings="open_warnings" in form,
        plays_gifs="play_gifs" in form,
    )


@pages.get(addresses.LANGUAGE, access="member")
async def ask_language(visit: Visit) -> Answer:
    return visit.page(LanguagePage(visit.language.value))


@pages.post(addresses.LANGUAGE, access="member")
async def change_language(visit: Visit) -> Answer:
    found = language.match(visit.form.get("language", ""))
    if found is None:
        raise InvalidInput("There is no such language here.")
    await visit.store.writing(preferring.prefer_language, visit.account, found.value)
    visit.drop_cookie(LANGUAGE)
    return visit.go(addresses.LANGUAGE, done="saved")
