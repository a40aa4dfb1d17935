"""
Ending access: the one place where all that somebody holds is taken from them.

Tokens go with their push subscriptions; what streams to a token asks for it
anew and ends.
"""

from martlet.model.names import AccountId, AppId, UserId
from martlet.storage import oauth, sessions, users
from martlet.storage.database import Writer


def access(db: Writer, user: UserId, *, but_session: int = 0) -> None:
    """End all of a person's sessions, or all but one, their tokens, and codes that were not redeemed yet."""
    sessions.delete_all(db, user, but=but_session)
    oauth.delete_all(db, user)


def access_of(db: Writer, account: AccountId) -> None:
    """The same for whoever signs in to an account; nothing for accounts elsewhere."""
    user = users.find(db, account)
    if user is not None:
        access(db, user.id)


def app(db: Writer, user: UserId, id: AppId) -> bool:
    """One app no longer acts for somebody; whether it did."""
    return oauth.delete_of_app(db, user, id)
