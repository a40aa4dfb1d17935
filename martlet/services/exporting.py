"""Taking lists along: whom somebody follows, blocks and mutes, their lists and bookmarks, as CSV."""

import json

from martlet.archives import tables
from martlet.archives.tables import Kind, Row
from martlet.model.names import AccountId
from martlet.model.server import Server, moment
from martlet.storage import exports, filters
from martlet.storage.database import Reader


def table(db: Reader, account: AccountId, kind: Kind, here: Server) -> bytes:
    """All of a kind, the oldest first."""
    return tables.write(kind, rows(db, account, kind, here))


def rows(db: Reader, account: AccountId, kind: Kind, here: Server) -> list[Row]:
    def address(username: str, host: str) -> str:
        return f"{username}@{host or here.host}"

    match kind:
        case "follows":
            return [
                Row(
                    address(one.username, one.host),
                    boosts=bool(one.shows_boosts),
                    notify=bool(one.notifies),
                    languages=tuple(json.loads(one.languages)) if one.languages else (),
                )
                for one in exports.follows(db, account)
            ]
        case "blocks":
            return [
                Row(address(one.username, one.host), ends_at=_moment(one.expires_at))
                for one in exports.blocks(db, account)
            ]
        case "mutes":
            return [
                Row(
                    address(one.username, one.host),
                    hides_notifications=bool(one.hides_notifications),
                    ends_at=_moment(one.expires_at),
                )
                for one in exports.mutes(db, account, here.now_ms())
            ]
        case "domain_blocks":
            return [Row(host) for host in exports.domain_blocks(db, account)]
        case "lists":
            return [
                Row(address(one.username, one.host), title=one.title) for one in exports.lists(db, account)
            ]
        case "bookmarks":
            return [Row(uri) for uri in exports.bookmarks(db, account)]
        case "filters":
            return _filters(db, account, here)


def _filters(db: Reader, account: AccountId, here: Server) -> list[Row]:
    """A row for each keyword; filters of single posts stay behind, and those whose time is over."""
    own = [
        one
        for one in filters.of_account(db, account)
        if one.expires_at is None or one.expires_at > here.now_ms()
    ]
    keywords = filters.keywords(db, [one.id for one in own])
    return [
        Row(
            word.keyword,
            title=one.title,
            contexts=one.contexts,
            action=one.action,
            ends_at=_moment(one.expires_at),
            whole_word=bool(word.whole_word),
        )
        for one in sorted(own, key=lambda one: one.id)
        for word in keywords[one.id]
    ]


def _moment(milliseconds: int | None) -> str:
    return "" if milliseconds is None else moment(milliseconds).isoformat()
