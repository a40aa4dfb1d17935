"""
Tokens that people make for programs of their own, without an app that asks.

Each is an app of its own with one token, so that it is listed and ended where
apps are. It is shown once, and may end by itself.
"""

import json
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Final

from martlet.model import scopes
from martlet.model.errors import InvalidInput, NotAllowed
from martlet.model.names import AccountId, AppId, TokenId, UserId
from martlet.model.server import Server
from martlet.signing import tokens
from martlet.signing.tokens import Kind
from martlet.storage import events, oauth
from martlet.storage.database import Store, Writer

END: Final = "end_personal_token"
MOST: Final = 50
"""Of one person."""
NAME_LIMIT: Final = 60
LONGEST: Final = timedelta(days=3650)


class TooManyTokens(NotAllowed):
    code = "too_many_tokens"

    def __init__(self) -> None:
        super().__init__(f"There are {MOST} such tokens already. Please end one that is no longer used.")


def make(
    db: Writer,
    owner: tuple[UserId, AccountId],
    name: str,
    wanted: Collection[str],
    life: timedelta | None,
    here: Server,
) -> str:
    """
    The token, shown this once, with just the scopes that were `wanted`.

    Raises `InvalidInput` or `TooManyTokens`.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise _refused("name", "token_name", f"A name has 1 to {NAME_LIMIT} characters.")
    if not wanted or not scopes.KNOWN.issuperset(wanted):
        raise _refused("scopes", "token_scopes", "Choose what the token may do.")
    if life is not None and not timedelta() < life <= LONGEST:
        raise _refused(
            "days", "token_days", f"A token lives at most {LONGEST.days} days, or until it is ended."
        )
    if oauth.count_personal(db, owner[0]) >= MOST:
        raise TooManyTokens
    granted = " ".join(sorted(wanted))
    now = here.now_ms()
    nobodys = tokens.digest(tokens.make(Kind.CLIENT_SECRET))
    app = oauth.App(
        AppId(here.next_id()), tokens.make(Kind.CLIENT_ID), nobodys, name, None, json.dumps([]), granted, now
    )
    oauth.insert_app(db, app, is_personal=True)
    token = tokens.make(Kind.ACCESS)
    expires_at = None if life is None else now + int(life.total_seconds() * 1000)
    oauth.insert_token(
        db, TokenId(here.next_id()), tokens.digest(token), app.id, *owner, granted, now, expires_at
    )
    if expires_at is not None:
        events.add_job(db, END, str(app.id), expires_at)
    return token


def _refused(field: str, code: str, text: str) -> InvalidInput:
    return InvalidInput(text, field, {field: [(code, text)]})


async def end_due(store: Store, body: str, here: Server) -> None:
    """The job. Whether a token is over is asked at every use; this ends its streams, and removes it."""
    await store.writing(partial(oauth.delete_expired, app=AppId(int(body)), now=here.now_ms()))
