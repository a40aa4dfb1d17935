"""One's own e-mail address: another counts once a link was opened that was sent there."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, TooMany
from martlet.services import changing_email, securing
from martlet.services.securing import WrongPassword
from martlet.web import addresses
from martlet.web.settings_pages import EmailPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

EMAIL_LIMIT = 320


@pages.get(addresses.EMAIL, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(_page(visit))


def _page(visit: Visit, email: str = "", problems: tuple[Problem, ...] = ()) -> EmailPage:
    login = visit.signed_in.login
    return EmailPage(login.email, login.unconfirmed_email, email, problems)


@pages.post(addresses.EMAIL, access="member")
async def change(visit: Visit) -> Answer:
    login, email = visit.signed_in.login, visit.field("email", EMAIL_LIMIT)
    try:
        await securing.confirm_password(visit.ground, login, visit.field("password"))
        await visit.store.writing(changing_email.want, login, email, visit.network, visit.here)
    except WrongPassword as error:
        problems = tuple(Problem("password", one.sentence) for one in problems_of(error))
        return visit.page(_page(visit, email, problems), 422)
    except (InvalidInput, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 422
        return visit.page(_page(visit, email, problems_of(error)), status)
    return visit.go(addresses.EMAIL, done="letter_sent" if visit.here.sends_mail else "saved")
