"""Settings: a token for a program of one's own. It is listed and ended among apps and browsers (`securing.py`)."""

from datetime import timedelta

from martlet.http.answer import Answer
from martlet.model import scopes
from martlet.model.errors import InvalidInput, NotAllowed, TooMany
from martlet.services import personal_tokens, securing
from martlet.services.securing import WrongPassword
from martlet.web import addresses
from martlet.web.pages import PersonalTokenPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

DAYS = {"7": 7, "30": 30, "365": 365, "": None}
PASSWORD_LIMIT = 1000


@pages.get(addresses.PERSONAL_TOKENS, access="member")
async def ask_token(visit: Visit) -> Answer:
    return visit.page(_page())


def _page(made: str | None = None) -> PersonalTokenPage:
    return PersonalTokenPage(tuple(sorted(scopes.KNOWN)), made)


@pages.post(addresses.PERSONAL_TOKENS, access="member")
async def make_token(visit: Visit) -> Answer:
    login = visit.signed_in.login
    name, days = visit.form.get("name", ""), visit.form.get("days", "")
    chosen = frozenset(one for one in scopes.KNOWN if visit.form.get(one))
    wanted = DAYS.get(days, 30)
    life = None if wanted is None else timedelta(days=wanted)
    owner = (login.user, login.account)
    try:
        await securing.confirm_password(visit.ground, login, visit.field("password", PASSWORD_LIMIT))
        made = await visit.store.writing(personal_tokens.make, owner, name, chosen, life, visit.here)
    except (WrongPassword, InvalidInput, NotAllowed, TooMany) as error:
        problems = problems_of(error)
        if isinstance(error, WrongPassword):
            problems = tuple(Problem("password", one.sentence) for one in problems)
        page = PersonalTokenPage(tuple(sorted(scopes.KNOWN)), None, name, days, chosen, problems)
        return visit.page(page, 429 if isinstance(error, TooMany) else 422)
    return visit.page(_page(made))
