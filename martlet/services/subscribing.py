"""
Reading somebody's public posts by e-mail, without an account.

Whoever wants letters gives an address, and they come once its owner has agreed
by a link that was sent there. Who joins with that address, and shows that it is
theirs, follows the authors from then on. Addresses are encrypted, and known again by a
keyed digest. Each letter has a link that ends it all, which asks for nothing.
Whose posts can be had so: people here who want it, whose role allows it
(`model.roles.Permission.MANAGE_EMAIL_SUBSCRIPTIONS`), where the server sends mail.
"""

import contextlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from martlet.model import emails
from martlet.model.accounts import Account
from martlet.model.errors import NotAllowed, NotFound
from martlet.model.events import AccountApproved, AccountChanged, AccountConfirmed
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.model.roles import Permission
from martlet.model.server import Server
from martlet.services import attempting, following, registering, screening_sign_ups, sweeping
from martlet.services.following import Wanted
from martlet.signing import sealed
from martlet.signing.sealed import Purpose
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, events, logins, roles, subscribers
from martlet.storage.database import Reader, Writer
from martlet.storage.subscribers import Subscriber

ASK = "ask_subscriber"
"""The job that writes the letter with which somebody agrees."""
AGREE_LIFE = timedelta(days=sweeping.UNCONFIRMED_DAYS)
END_LIFE = timedelta(days=3653)
MOST = 10_000
"""Subscribers of one account."""
MOST_FOLLOWED = 200
"""Accounts that somebody who joins follows because they had their letters."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`network`: what counts as one place that somebody asks from."""

    account: AccountId
    email: str
    locale: str
    network: str


@dataclass(frozen=True, slots=True)
class Known:
    """As the author sees it: not more of an address than it needs to tell two of them apart."""

    id: int
    address: str
    since: int


def offers(account: Account, here: Server) -> bool:
    """Whether its public posts can be had by e-mail."""
    return bool(
        account.mails_posts
        and account.is_here
        and here.sends_mail
        and not account.is_gone
        and account.limited_at is None
        and account.moved_to_id is None
    )


# -- readers -------------------------------------------------------------


def get_offering(db: Reader, account: AccountId, here: Server) -> Account:
    """Raises `NotFound` for all whose posts cannot be had so, whatever the reason."""
    found = accounts.get_shown(db, account)
    if not offers(found, here):
        raise NotFound
    return found


def subscribe(db: Writer, wish: Wish, secret: ServerSecret, here: Server) -> None:
    """
    Have the address asked whether it wants letters. Tells nobody whether it gets them already.

    Raises `NotFound`, `InvalidInput`, `TooMany`; `NotAllowed` where there are too many already.
    """
    owner = get_offering(db, wish.account, here)
    email = emails.read(wish.email)
    if email is None:
        registering.refuse(
            {"email": [("invalid", "is invalid") if wish.email.strip() else ("blank", "can't be blank")]}
        )
        return
    if screening_sign_ups.is_email_blocked(db, email):
        registering.refuse({"email": [("blocked", "cannot be used here")]})
    attempting.count(db, attempting.MAIL_TO_ADDRESS, email.lower(), here)
    attempting.count(db, attempting.MAIL_FROM_NETWORK, wish.network, here)
    digest = _digest(email, secret)
    accounts.lock(db, owner.id)
    known = subscribers.find_by_digest(db, owner.id, digest)
    if known is None:
        known = _insert(db, owner, email, digest, wish.locale, secret, here)
    if known.confirmed_at is None:
        events.add_job(db, ASK, str(known.id), here.now_ms())


def _insert(
    db: Writer, owner: Account, email: str, digest: bytes, locale: str, secret: ServerSecret, here: Server
) -> Subscriber:
    if subscribers.count(db, owner.id, MOST) >= MOST:
        raise NotAllowed("Nobody else can get these posts by e-mail at the moment.")
    id = here.next_id()
    sealed_email = sealed.encrypt(secret, email.encode(), _context(id))
    made = Subscriber(id, owner.id, digest, sealed_email, locale, here.now_ms())
    subscribers.insert(db, made)
    sweeping.want(db, here)
    return made


def agreement_token(id: int, secret: ServerSecret, here: Server) -> str:
    return sealed.sign(secret, Purpose.SUBSCRIBE, str(id), here.now() + AGREE_LIFE)


def find_agreeing(db: Reader, token: str, secret: ServerSecret, here: Server) -> Account | None:
    """Whose posts somebody is asked about; None for a link that is over."""
    found = _subscriber(db, Purpose.SUBSCRIBE, token, secret, here)
    account = accounts.find(db, found.account_id) if found is not None else None
    return account if account is not None and offers(account, here) else None


def agree(db: Writer, token: str, secret: ServerSecret, here: Server) -> Account | None:
    """The owner of the address wants the letters; again is as good as once. None for a link that is over."""
    found = _subscriber(db, Purpose.SUBSCRIBE, token, secret, here)
    account = find_agreeing(db, token, secret, here)
    if found is None or account is None:
        return None
    if found.confirmed_at is None:
        subscribers.confirm(db, found.id, here.now_ms())
    return account


def end_token(id: int, secret: ServerSecret, here: Server) -> str:
    return sealed.sign(secret, Purpose.UNSUBSCRIBE, str(id), here.now() + END_LIFE)


def find_ending(db: Reader, token: str, secret: ServerSecret, here: Server) -> Account | None:
    """Whose posts a link ends; None where they do not come any more."""
    found = _subscriber(db, Purpose.UNSUBSCRIBE, token, secret, here)
    return accounts.find(db, found.account_id) if found is not None else None


def end(db: Writer, token: str, secret: ServerSecret, here: Server) -> None:
    """No more letters, and the address is forgotten; again is as good as once."""
    found = _subscriber(db, Purpose.UNSUBSCRIBE, token, secret, here)
    if found is not None:
        subscribers.delete(db, [found.id])


def address_of(subscriber: Subscriber, secret: ServerSecret) -> str:
    """Raises `CannotDecrypt`."""
    return sealed.decrypt(secret, subscriber.email, _context(subscriber.id)).decode()


def _subscriber(
    db: Reader, purpose: Purpose, token: str, secret: ServerSecret, here: Server
) -> Subscriber | None:
    shown = sealed.verify(secret, purpose, token, here.now())
    return subscribers.find(db, int(shown)) if shown else None


def _digest(email: str, secret: ServerSecret) -> bytes:
    return hmac.digest(secret.key_for("subscribers"), email.lower().encode(), "sha256")


def _context(id: int) -> str:
    return f"address of subscriber {id}"


# -- joining -------------------------------------------------------------


def of_confirmation(db: Writer, event: AccountConfirmed, here: Server, secret: ServerSecret) -> None:
    _follow_instead(db, event.account, here, secret)


def of_approval(db: Writer, event: AccountApproved, here: Server, secret: ServerSecret) -> None:
    _follow_instead(db, event.account, here, secret)


def _follow_instead(db: Writer, account: AccountId, here: Server, secret: ServerSecret) -> None:
    """Whoever joined with an address that had letters follows their authors, and the letters end."""
    login = logins.find_of_account(db, account)
    if login is None or login.is_barred or None in (login.confirmed_at, login.approved_at):
        return
    known = subscribers.of_digest(db, _digest(login.email, secret), MOST_FOLLOWED)
    for one in known:
        with contextlib.suppress(NotFound, NotAllowed), db.part():
            following.follow(db, account, one.account_id, Wanted(), here)
    subscribers.delete(db, [one.id for one in known])


# -- authors -------------------------------------------------------------


def may_offer(db: Reader, account: AccountId, here: Server) -> bool:
    return here.sends_mail and roles.of_account(db, account).may(Permission.MANAGE_EMAIL_SUBSCRIPTIONS)


def offer(db: Writer, account: AccountId, wanted: bool, here: Server) -> None:  # noqa: FBT001 - the choice itself
    """
    Let one's public posts be read by e-mail, or not; those who read them so are kept.

    Raises `NotAllowed`.
    """
    if wanted and not may_offer(db, account, here):
        raise NotAllowed("Your role does not allow to be read by e-mail.")
    if bool(accounts.get(db, account).mails_posts) != wanted:
        accounts.update(db, account, mails_posts=int(wanted))
        db.emit(AccountChanged(account))


def known(db: Reader, account: AccountId, page: Page, secret: ServerSecret) -> list[Known]:
    """Who reads by e-mail, the newest first."""
    return [
        Known(one.id, _shortened(address_of(one, secret)), one.confirmed_at or one.created_at)
        for one in subscribers.page(db, account, page)
    ]


def forget(db: Writer, account: AccountId, id: int) -> None:
    """One of the account's own readers gets no more letters, and their address is forgotten."""
    subscribers.delete_of(db, account, id)


def _shortened(email: str) -> str:
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"
