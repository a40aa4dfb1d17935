"""How people come to have an account here."""

from dataclasses import dataclass

from martlet.model.events import AccountRegistered
from martlet.model.names import AccountId, UserId
from martlet.model.server import Server
from martlet.storage import accounts, timelines
from martlet.storage.database import Writer


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


def register(db: Writer, newcomer: Newcomer, here: Server) -> AccountId:
    """Make an account and the person who signs in to it."""
    id = AccountId(here.next_id())
    now = here.now_ms()
    accounts.insert(
        db,
        id,
        newcomer.username,
        "",
        here.account_uri(newcomer.username),
        here.account_url(newcomer.username),
        now,
    )
    accounts.insert_user(
        db,
        UserId(here.next_id()),
        id,
        newcomer.email,
        newcomer.password_hash,
        newcomer.role,
        newcomer.locale,
        now,
        now if newcomer.is_confirmed else None,
        now if newcomer.is_approved else None,
    )
    timelines.keep_home(db, id, now)
    db.emit(AccountRegistered(id))
    return id
