"""
Drafts that people keep on the server, to go on with them later or at another machine.

Nothing about them is checked but their size: they are no posts yet. Their files wait with them.
"""

from dataclasses import replace

import msgspec

from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId, DraftId
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.services.composing import WIDEST_CHARACTER, PostTooLong
from martlet.storage import drafts, media, scheduled
from martlet.storage.database import Reader, Writer
from martlet.storage.drafts import Kept

MOST = 50
"""Drafts of one account."""
SLACK = 2
"""A draft may be so many times as long as a post."""


class TooManyDrafts(InvalidInput):
    code = "too_many_drafts"

    def __init__(self) -> None:
        super().__init__(f"You have {MOST} drafts already. Please send or delete one.")


def keep(db: Writer, draft: Draft, id: DraftId | None, here: Server) -> DraftId:
    """
    Keep what was typed; `id`: as what this draft has become, if it still is there.

    Raises `TooManyDrafts`, `PostTooLong`.
    """
    if len(draft.text) + len(draft.warning) > here.limits.post * SLACK * WIDEST_CHARACTER:
        raise PostTooLong(here.limits.post)
    scheduled.lock_all(db, draft.author)
    known = None if id is None else drafts.find(db, id, draft.author)
    if known is None and drafts.count(db, draft.author) >= MOST:
        raise TooManyDrafts
    return _put(db, draft, None if known is None else known.id, here)


def put_back(db: Writer, draft: Draft, here: Server) -> DraftId:
    """What was on its way is a draft again, however many there are: no words are lost."""
    return _put(db, draft, None, here)


def _put(db: Writer, draft: Draft, known: DraftId | None, here: Server) -> DraftId:
    id, now = known or DraftId(here.next_id()), here.now_ms()
    body = msgspec.json.encode(replace(draft, idempotency_key="")).decode()
    drafts.put(db, Kept(id, draft.author, body, now))
    media.release_from_draft(db, id, now)
    media.keep_with_draft(db, draft.media[: here.limits.media_per_post], id, draft.author)
    return id


def draft_of(one: Kept) -> Draft:
    return msgspec.json.decode(one.body, type=Draft)


def of_account(db: Reader, account: AccountId) -> list[Kept]:
    """Those written on last, first."""
    return drafts.of_account(db, account, MOST * 2)


def forget(db: Writer, id: DraftId, account: AccountId, here: Server) -> None:
    """The words are gone; the files can be used for a day. One that is not there is as good as forgotten."""
    if drafts.find(db, id, account) is not None:
        media.release_from_draft(db, id, here.now_ms())
        drafts.delete(db, id, account)
