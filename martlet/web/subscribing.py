"""Somebody's posts by e-mail: the form on their profile, the links in letters, and who reads so, for the author."""

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotAllowed, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.server import moment
from martlet.services import subscribing
from martlet.services.subscribing import Wish
from martlet.storage import accounts
from martlet.storage.database import Reader
from martlet.web import addresses, faces
from martlet.web.mailing import EMAIL_LIMIT
from martlet.web.pages import LinkSpentPage
from martlet.web.settings_pages import SubscriberRow, SubscribersPage
from martlet.web.subscribing_pages import Step, SubscribePage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import problems_of

pages = Pages()
AT_ONCE = 40


def _author(db: Reader, visit: Visit) -> Account:
    """Raises `NotFound` for people elsewhere, and for all whose posts cannot be had so."""
    found = accounts.get_shown_by_handle(db, visit.params["username"])
    return subscribing.get_offering(db, found.id, visit.here)


def _page(visit: Visit, author: Account, step: Step) -> SubscribePage:
    return SubscribePage(step, faces.face(author, visit.here), token=visit.params.get("token", ""))


# -- readers -------------------------------------------------------------


@pages.get(addresses.SUBSCRIBE)
async def ask(visit: Visit) -> Answer:
    return visit.page(_page(visit, await visit.store.reading(_author, visit), "ask"))


@pages.post(addresses.SUBSCRIBE, proof="origin")
async def subscribe(visit: Visit) -> Answer:
    """The same whether or not the address gets the letters already."""
    author = await visit.store.reading(_author, visit)
    email = visit.field("email", EMAIL_LIMIT)
    wish = Wish(author.id, email, visit.language.value, visit.network)
    try:
        await visit.store.writing(subscribing.subscribe, wish, visit.ground.secret, visit.here)
    except (InvalidInput, NotAllowed, TooMany) as error:
        face = faces.face(author, visit.here)
        page = SubscribePage("ask", face, email, problems=problems_of(error))
        return visit.page(page, 429 if isinstance(error, TooMany) else 422)
    return visit.page(_page(visit, author, "sent"))


@pages.get(addresses.AGREE)
async def ask_agreement(visit: Visit) -> Answer:
    """Programs that look into letters open their links, so that opening one does nothing yet."""
    found = await visit.store.reading(
        subscribing.find_agreeing, visit.params["token"], visit.ground.secret, visit.here
    )
    return _spent(visit) if found is None else visit.page(_page(visit, found, "agree"))


@pages.post(addresses.AGREE)
async def agree(visit: Visit) -> Answer:
    found = await visit.store.writing(
        subscribing.agree, visit.params["token"], visit.ground.secret, visit.here
    )
    return _spent(visit) if found is None else visit.page(_page(visit, found, "agreed"))


@pages.get(addresses.UNSUBSCRIBE)
async def ask_end(visit: Visit) -> Answer:
    found = await visit.store.reading(
        subscribing.find_ending, visit.params["token"], visit.ground.secret, visit.here
    )
    return _spent(visit) if found is None else visit.page(_page(visit, found, "end"))


@pages.post(addresses.UNSUBSCRIBE, proof="none")
async def end(visit: Visit) -> Answer:
    """From the page, or by a mail program in its owner's name (RFC 8058): the link is all that is asked for."""
    token, secret = visit.params["token"], visit.ground.secret
    found = await visit.store.reading(subscribing.find_ending, token, secret, visit.here)
    if found is None:
        return _spent(visit)
    await visit.store.writing(subscribing.end, token, secret, visit.here)
    return visit.page(_page(visit, found, "ended"))


def _spent(visit: Visit) -> Answer:
    return visit.page(LinkSpentPage("subscription"), 404)


# -- authors -------------------------------------------------------------


@pages.get(addresses.SUBSCRIBERS, access="member")
async def readers(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_readers, visit))


def _readers(db: Reader, visit: Visit) -> SubscribersPage:
    """Raises `NotFound` on a server that sends no mail."""
    if not visit.here.sends_mail:
        raise NotFound
    page = visit.paging(AT_ONCE)
    found = subscribing.known(db, visit.account, page, visit.ground.secret)
    newer, older = visit.ends(addresses.SUBSCRIBERS, found, AT_ONCE)
    return SubscribersPage(
        may_offer=subscribing.may_offer(db, visit.account, visit.here),
        is_offered=bool(accounts.get(db, visit.account).mails_posts),
        readers=tuple(SubscriberRow(str(one.id), one.address, moment(one.since)) for one in found),
        newer=newer,
        older=older,
    )


@pages.post(addresses.SUBSCRIBERS, access="member")
async def offer(visit: Visit) -> Answer:
    await visit.store.writing(subscribing.offer, visit.account, "offered" in visit.form, visit.here)
    return visit.go(addresses.SUBSCRIBERS, done="saved")


@pages.post(addresses.SUBSCRIBER_FORGET, access="member")
async def forget(visit: Visit) -> Answer:
    await visit.store.writing(subscribing.forget, visit.account, id_from(visit.params["id"]) or 0)
    return visit.go(addresses.SUBSCRIBERS, done="subscriber_forgotten")
