"""
How people come to have an account here.

Who may is a setting: anyone ("open"), anyone whom a moderator lets in
("approval"), whoever has an invitation ("invite"), nobody ("closed"). With an
invitation nobody needs approval, except from networks of which a rule says so
(`services/screening_sign_ups.py`).
"""

import datetime as dt
from dataclasses import dataclass

from martlet.model import emails
from martlet.model.errors import InvalidInput, NotAllowed
from martlet.model.events import AccountRegistered, MailWanted
from martlet.model.names import AccountId, AppId, UserId
from martlet.model.server import Server
from martlet.services import attempting, hashing, letters, screening_sign_ups
from martlet.services.ports import Ground
from martlet.signing import passwords
from martlet.storage import accounts, invitations, logins, sign_up_blocks, timelines
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.storage.logins import Login
from martlet.text import names

REASON_LIMIT = 1000
OLDEST = 130
"""Years; a date before that is a slip of the pen."""
Details = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who wants an account. The password comes hashed: hashing takes too long for a transaction."""

    username: str
    email: str
    password_hash: str
    role: str = "user"
    locale: str = "en"
    is_confirmed: bool = True
    is_approved: bool = True
    reason: str = ""
    invitation: int | None = None
    app: AppId | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What somebody filled in to join. `invitation` is a code; `date_of_birth` (YYYY-MM-DD) is looked at and not kept.

    `app`: which they did it in; None: a browser.
    """

    username: str
    email: str
    password: str
    agreement: bool
    locale: str = "en"
    reason: str = ""
    invitation: str = ""
    date_of_birth: str = ""
    app: AppId | None = None


class InvitationSpent(NotAllowed):
    code = "invitation_spent"

    def __init__(self) -> None:
        super().__init__("This invitation has been used up, has run out or was taken back.")


async def join(ground: Ground, wish: Wish, address: str, network: str) -> Login:
    """
    Make an account for whoever may have one. `address`: where they come from; `network`: what counts as one place.

    The answer's `confirmed_at` and `approved_at` tell whether they may sign in at once. Raises
    `InvalidInput` with `details`, `NotAllowed`, `TooMany`.
    """
    here = ground.here
    blocked = await ground.store.reading(screening_sign_ups.blocked_domain, wish.email)
    if blocked is not None:
        await ground.store.writing(screening_sign_ups.count_attempt, blocked, here)
    await ground.store.reading(check, wish, address, here)
    await ground.store.writing(attempting.count, attempting.SIGN_UP_FROM_NETWORK, network, here)
    await _check_exchangers(ground, wish.email)
    hashed = await hashing.hash_password(wish.password)
    return await ground.store.writing(_join, wish, hashed, address, here)


async def _check_exchangers(ground: Ground, email: str) -> None:
    """Raises `InvalidInput` where the mail of a domain is taken by one that is blocked."""
    found, store = emails.read(email), ground.store
    if ground.exchangers is None or found is None or not await store.reading(sign_up_blocks.has_domains):
        return
    for name in await ground.exchangers(found.rpartition("@")[2].lower()):
        blocked = await store.reading(screening_sign_ups.blocked_host, name)
        if blocked is not None:
            await store.writing(screening_sign_ups.count_attempt, blocked, ground.here)
            refuse({"email": [("blocked", "cannot be used here")]})


def _join(db: Writer, wish: Wish, hashed: str, address: str, here: Server) -> Login:
    check(db, wish, address, here)
    invitation = invitations.take(db, wish.invitation, here.now_ms()) if wish.invitation else None
    if wish.invitation and invitation is None:
        raise InvitationSpent
    lets_in = here.registration == "open" or invitation is not None
    newcomer = Newcomer(
        wish.username.strip(),
        emails.read(wish.email) or "",
        hashed,
        locale=wish.locale,
        is_confirmed=not here.sends_mail,
        is_approved=lets_in and not screening_sign_ups.needs_approval(db, address, here),
        reason=wish.reason.strip(),
        invitation=invitation,
        app=wish.app,
    )
    account = register(db, newcomer, here)
    login = logins.find_of_account(db, account)
    if login is None:
        raise RuntimeError("The account that was just made is not there.")
    if here.sends_mail:
        db.emit(MailWanted(letters.CONFIRM, login.email, login.locale, login.user))
    return login


def check(db: Reader, wish: Wish, address: str, here: Server) -> None:
    """Raises `NotAllowed` or `InvalidInput` with everything that is wrong."""
    if here.registration == "closed":
        raise NotAllowed("Nobody can join this server at the moment.")
    screening_sign_ups.check_network(db, address, here)
    if wish.invitation and invitations.find_live(db, wish.invitation, here.now_ms()) is None:
        raise InvitationSpent
    if here.registration == "invite" and not wish.invitation:
        raise NotAllowed("One joins this server by invitation.")
    details: Details = {}
    _check_username(db, wish.username.strip(), details)
    _check_email(db, wish.email, details)
    check_password(wish.password, (wish.username, wish.email, here.name), details)
    if not wish.agreement:
        details["agreement"] = [("accepted", "must be accepted")]
    if here.minimum_age:
        _check_age(wish.date_of_birth.strip(), here, details)
    needs_reason = here.registration == "approval" and not wish.invitation
    if needs_reason and not wish.reason.strip():
        details["reason"] = [("blank", "can't be blank")]
    elif len(wish.reason) > REASON_LIMIT:
        details["reason"] = [("too_long", f"is too long (maximum is {REASON_LIMIT} characters)")]
    refuse(details)


def refuse(details: Details) -> None:
    """Raises `InvalidInput` if anything is wrong."""
    if details:
        said = ", ".join(
            f"{field.replace('_', ' ').capitalize()} {sentence}"
            for field, found in details.items()
            for _, sentence in found
        )
        raise InvalidInput(f"Validation failed: {said}", next(iter(details)), details)


def _check_username(db: Reader, username: str, details: Details) -> None:
    if not username:
        details["username"] = [("blank", "can't be blank")]
    elif len(username) > names.USERNAME_LIMIT:
        details["username"] = [("too_long", f"is too long (maximum is {names.USERNAME_LIMIT} characters)")]
    elif not names.is_username(username):
        details["username"] = [("invalid", "must contain only letters, numbers and underscores")]
    elif (
        names.is_reserved(username)
        or _looks_like_staff(db, username)
        or screening_sign_ups.is_username_blocked(db, username)
    ):
        details["username"] = [("reserved", "is reserved")]
    elif accounts.find_by_handle(db, username) is not None:
        details["username"] = [("taken", "has already been taken")]


def _check_email(db: Reader, email: str, details: Details) -> None:
    found = emails.read(email)
    if not email.strip():
        details["email"] = [("blank", "can't be blank")]
    elif found is None:
        details["email"] = [("invalid", "is invalid")]
    elif screening_sign_ups.is_email_blocked(db, found):
        details["email"] = [("blocked", "cannot be used here")]
    elif logins.find_by_email(db, found) is not None:
        details["email"] = [("email_taken", "has already been taken")]


def _check_age(date_of_birth: str, here: Server, details: Details) -> None:
    today = here.now().date()
    try:
        born = dt.date.fromisoformat(date_of_birth)
    except ValueError:
        born = None
    if not date_of_birth:
        details["date_of_birth"] = [("blank", "can't be blank")]
    elif born is None or not 0 <= age(born, today) <= OLDEST:
        details["date_of_birth"] = [("invalid", "is invalid")]
    elif age(born, today) < here.minimum_age:
        details["date_of_birth"] = [("below_limit", "is below the age limit")]


def age(born: dt.date, today: dt.date) -> int:
    """In whole years. Who was born on a leap day is a year older on the first of March of all other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def check_password(password: str, about: tuple[str, ...], details: Details) -> None:
    """Adds what is wrong with it."""
    if not password:
        details["password"] = [("blank", "can't be blank")]
        return
    try:
        passwords.check_strength(password, about)
    except InvalidInput as error:
        details.update(error.details)


_STAFF_WORDS = frozenset(
    names.looks(word)
    for word in ("admin", "administrator", "administration", "martlet", "moderator", "moderation", "official",
                 "owner", "root", "security", "staff", "support", "system", "sysadmin", "webmaster")
)  # fmt: skip


def _looks_like_staff(db: Reader, username: str) -> bool:
    """Whether a name would pass for the server's own people."""
    seen = names.looks(username)
    return seen in _STAFF_WORDS or any(seen == names.looks(one) for one in logins.staff_names(db))


def register(db: Writer, newcomer: Newcomer, here: Server) -> AccountId:
    """
    Make an account and the person who signs in to it, without asking whether they may.

    Raises `InvalidInput` for a name or address that is taken.
    """
    id = AccountId(here.next_id())
    now = here.now_ms()
    name = newcomer.username
    try:
        with db.part():
            accounts.insert(db, id, name, "", here.account_uri(name), here.account_url(name), now)
    except AlreadyThere:
        refuse({"username": [("taken", "has already been taken")]})
    try:
        with db.part():
            _insert_user(db, id, newcomer, here)
    except AlreadyThere:
        refuse({"email": [("email_taken", "has already been taken")]})
    timelines.keep_home(db, id, now)
    db.emit(AccountRegistered(id))
    return id


def _insert_user(db: Writer, account: AccountId, newcomer: Newcomer, here: Server) -> None:
    now = here.now_ms()
    accounts.insert_user(
        db,
        UserId(here.next_id()),
        account,
        newcomer.email,
        newcomer.password_hash,
        newcomer.role,
        newcomer.locale,
        now,
        now if newcomer.is_confirmed else None,
        now if newcomer.is_approved else None,
        newcomer.reason,
        newcomer.invitation,
        newcomer.app,
    )
