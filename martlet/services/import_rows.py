"""One row of a list that somebody brings: what it names, and taking it."""

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import get_args

from martlet.archives import tables
from martlet.archives.tables import Row
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotAllowed, NotFound
from martlet.model.filters import FilterAction
from martlet.model.names import AccountId, Uri, is_uri
from martlet.model.server import Server, milliseconds
from martlet.services import blocking, blocking_servers, filtering, following, listing, reacting
from martlet.services.filtering import KeywordChange
from martlet.services.following import Wanted
from martlet.storage import (
    accounts,
    bulk_imports,
    domain_blocks,
    filters,
    follows,
    lists,
    moves,
    relations,
    uris,
)
from martlet.storage.database import Reader, Writer
from martlet.text import names
from martlet.text.languages import normalise_language

DIVIDER = "\n"
"""Between a list's title and the handle of somebody in it; no title has one."""
_LONGEST = 100 * 366 * 86_400_000
"""Milliseconds that a block or mute may last."""


class Outcome(StrEnum):
    """What became of a row, or of a post of an archive; the last four are reasons why it failed."""

    TAKEN = "taken"
    KNOWN = "known"
    ABSENT = "not_found"
    REFUSED = "refused"
    INVALID = "invalid"
    FULL = "full"


def name_of(kind: str, row: Row, here: Server) -> str | None:
    """What a row is about, in its one spelling; None for what cannot be a name of the kind."""
    if not tables.is_whole(kind, row):
        return None
    if kind == "domain_blocks":
        try:
            return blocking_servers.host_in(row.of)
        except InvalidInput:
            return None
    if kind == "bookmarks":
        return row.of if is_uri(row.of) else None
    if kind == "filters":
        return name_of_keyword(_title(row), row.of)
    handle = _handle(row.of, here)
    if handle is None:
        return None
    name = f"{handle[0].lower()}@{handle[1] or here.host}"
    return f"{_title(row)}{DIVIDER}{name}" if kind == "lists" else name


def name_of_keyword(title: str, keyword: str) -> str:
    return f"{' '.join(title.split())}{DIVIDER}{keyword.strip()}"


def _title(row: Row) -> str:
    return " ".join(row.title.split())


def _handle(text: str, here: Server) -> tuple[str, str] | None:
    try:
        username, host = names.parse_handle(text, names.own_hosts(here.host))
    except names.InvalidHandle:
        return None
    return username, host or ""


def take(db: Writer, account: AccountId, kind: str, row: Row, uri: str | None, here: Server) -> Outcome:
    """Do what a row says, with the rights of its owner. `uri`: under which it was found elsewhere."""
    try:
        with db.part():
            return _take(db, account, kind, row, uri, here)
    except NotFound:
        return Outcome.ABSENT
    except NotAllowed:
        return Outcome.REFUSED
    except InvalidInput:
        return Outcome.FULL


def _take(db: Writer, account: AccountId, kind: str, row: Row, uri: str | None, here: Server) -> Outcome:
    match kind:
        case "domain_blocks":
            return _block_server(db, account, row, here)
        case "bookmarks":
            return _bookmark(db, account, Uri(uri or row.of), here)
        case "filters":
            return _filter(db, account, row, here)
    other = accounts.find_by_uri(db, Uri(uri)) if uri is not None else _known(db, row, here)
    if other is None or other.is_gone:
        return Outcome.ABSENT
    if other.id == account and kind != "lists":
        return Outcome.REFUSED
    match kind:
        case "follows":
            return _follow(db, account, other, row, here)
        case "blocks":
            return _block(db, account, other, row, here)
        case "mutes":
            return _mute(db, account, other, row, here)
        case _:
            return _list(db, account, other, _title(row), here)


def _known(db: Reader, row: Row, here: Server) -> Account | None:
    handle = _handle(row.of, here)
    return None if handle is None else accounts.find_by_handle(db, *handle)


def _follow(db: Writer, account: AccountId, other: Account, row: Row, here: Server) -> Outcome:
    there = follows.find(db, account, other.id)
    codes = tuple(code for code in map(normalise_language, row.languages) if code is not None)
    wanted = Wanted(boosts=row.boosts, notifications=row.notify, languages=codes or None)
    following.follow(db, account, other.id, wanted, here)
    return Outcome.TAKEN if there is None else Outcome.KNOWN


def _block(db: Writer, account: AccountId, other: Account, row: Row, here: Server) -> Outcome:
    if relations.is_blocking(db, account, other.id):
        return Outcome.KNOWN
    reason = _why_not_until(row.ends_at, here)
    if reason is not None:
        return reason
    blocking.block(db, account, other.id, here, ends_at=_milliseconds(row.ends_at))
    return Outcome.TAKEN


def _mute(db: Writer, account: AccountId, other: Account, row: Row, here: Server) -> Outcome:
    reason = _why_not_until(row.ends_at, here)
    if reason is not None:
        return reason
    is_known = moves.is_muting(db, account, other.id)
    hides, ends_at = row.hides_notifications, _milliseconds(row.ends_at)
    blocking.mute(db, account, other.id, here, hides_notifications=hides, ends_at=ends_at)
    return Outcome.KNOWN if is_known else Outcome.TAKEN


def _why_not_until(moment: str, here: Server) -> Outcome | None:
    """Why nobody can be blocked or muted until then; no moment at all is one like any other."""
    ends_at = _milliseconds(moment)
    if moment and (ends_at is None or ends_at > here.now_ms() + _LONGEST):
        return Outcome.INVALID
    return Outcome.REFUSED if ends_at is not None and ends_at <= here.now_ms() else None


def _block_server(db: Writer, account: AccountId, row: Row, here: Server) -> Outcome:
    host = blocking_servers.host_in(row.of)
    if here.is_here(host):
        return Outcome.REFUSED
    if domain_blocks.is_blocked(db, account, host):
        return Outcome.KNOWN
    blocking_servers.block(db, account, host, here)
    return Outcome.TAKEN


def _bookmark(db: Writer, account: AccountId, uri: Uri, here: Server) -> Outcome:
    post = uris.find_post(db, uri)
    if post is None:
        return Outcome.ABSENT
    if bulk_imports.is_bookmarked(db, account, post.id):
        return Outcome.KNOWN
    reacting.bookmark(db, account, post.id, here)
    return Outcome.TAKEN


def _filter(db: Writer, account: AccountId, row: Row, here: Server) -> Outcome:
    """A keyword of a filter, which is made where there is none of this title."""
    title, keyword = _title(row), row.of.strip()
    wanted = KeywordChange(keyword=keyword, whole_word=row.whole_word)
    own = next((one for one in filters.of_account(db, account) if " ".join(one.title.split()) == title), None)
    if own is not None:
        if any(one.keyword == keyword for one in filters.keywords(db, [own.id])[own.id]):
            return Outcome.KNOWN
        filtering.change(db, own, own, own.contexts, [wanted], here)
        return Outcome.TAKEN
    action = next((one for one in get_args(FilterAction) if one == row.action), None)
    contexts, ends_at = row.contexts or filtering.CONTEXTS, _milliseconds(row.ends_at)
    if action is None or not set(contexts) <= set(filtering.CONTEXTS):
        return Outcome.INVALID
    if ends_at is not None and ends_at <= here.now_ms():
        return Outcome.REFUSED
    made = filtering.create(db, account, title, contexts, action, None, [wanted], here)
    if ends_at is not None:
        filtering.change(db, made, replace(made, expires_at=ends_at), contexts, (), here)
    return Outcome.TAKEN


def _milliseconds(moment: str) -> int | None:
    """None for no moment, and for what is none."""
    try:
        at = datetime.fromisoformat(moment)
        return milliseconds(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _list(db: Writer, account: AccountId, other: Account, title: str, here: Server) -> Outcome:
    """Add somebody to a list; they are followed first, because only followed accounts can be in lists."""
    own = next((one for one in lists.of_owner(db, account) if one.title == title), None)
    if own is None:
        own = listing.create(db, account, title, None, is_exclusive=None, here=here)
    elif other.id in lists.member_ids(db, own.id):
        return Outcome.KNOWN
    if other.id != account and not lists.follows(db, account, other.id):
        following.follow(db, account, other.id, Wanted(), here)
    listing.add(db, own.id, account, [other.id], here)
    return Outcome.TAKEN
