"""Who finds somebody, who follows them, and whose news they get."""

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.model.notification_policy import Policy, Treatment
from martlet.services import profiles, screening
from martlet.services.profiles import Change
from martlet.storage import accounts, notification_policies, notification_requests
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.settings_pages import ReachPage, StrangersPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

HOSTS = 3000
"""Characters of all hosts together; how many there may be is the use case's rule."""


@pages.get(addresses.REACH, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> ReachPage:
    account = accounts.get(db, visit.account)
    return ReachPage(
        is_locked=bool(account.is_locked),
        is_discoverable=bool(account.is_discoverable),
        is_indexable=bool(account.is_indexable),
        is_noindex=bool(account.is_noindex),
        hides_follows=bool(account.hides_follows),
        attribution="\n".join(accounts.attribution_of(account)),
        has_letters=visit.here.sends_mail,
    )


@pages.post(addresses.REACH, access="member")
async def change(visit: Visit) -> Answer:
    form = visit.form
    typed = ReachPage(
        is_locked="locked" in form,
        is_discoverable="discoverable" in form,
        is_indexable="indexable" in form,
        is_noindex="noindex" in form,
        hides_follows="hides_follows" in form,
        attribution=visit.field("attribution", HOSTS),
        has_letters=visit.here.sends_mail,
    )
    wanted = Change(
        is_locked=typed.is_locked,
        is_discoverable=typed.is_discoverable,
        is_indexable=typed.is_indexable,
        is_noindex=typed.is_noindex,
        hides_follows=typed.hides_follows,
        attribution=typed.attribution.split(),
    )
    try:
        await visit.store.writing(profiles.change, visit.account, wanted, visit.here)
    except InvalidInput as error:
        problems = tuple(Problem("attribution", one.sentence) for one in problems_of(error))
        return visit.page(replace(typed, problems=problems), 422)
    return visit.go(addresses.REACH, done="saved")


# -- strangers -----------------------------------------------------------


@pages.get(addresses.STRANGERS, access="member")
async def ask_policy(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_policy, visit))


def _policy(db: Reader, visit: Visit) -> StrangersPage:
    waiting = notification_requests.summary(db, visit.account, visit.here.now_ms()).requests
    return StrangersPage(_wishes(notification_policies.find(db, visit.account)), waiting)


def _wishes(policy: Policy) -> dict[str, str]:
    return {group: str(wanted) for group, wanted in policy._asdict().items()}


@pages.post(addresses.STRANGERS, access="member")
async def change_policy(visit: Visit) -> Answer:
    try:
        wanted = Policy(*(Treatment(visit.form.get(name, "")) for name in Policy._fields))
    except ValueError:
        raise InvalidInput("The form does not say what is to be done.") from None
    await visit.store.writing(screening.set_policy, visit.account, wanted)
    return visit.go(addresses.STRANGERS, done="saved")
