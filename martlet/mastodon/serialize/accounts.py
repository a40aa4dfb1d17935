"""
Accounts in Mastodon's form.

`AccountBytes` keeps what was encoded, by id and version: on a page of posts
the version comes with each post's row, so nothing old can be shown.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize import emojis
from martlet.mastodon.serialize.times import day
from martlet.model.accounts import Account
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.storage import accounts
from martlet.storage.database import Reader

KEPT = 4096
AVATAR, HEADER = "/static/avatar.png", "/static/header.png"


class AccountBytes:
    """Encoded accounts of this process, the most recently used ones."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._kept: OrderedDict[AccountId, tuple[int, bytes]] = OrderedDict()

    def of(self, db: Reader, versions: dict[AccountId, int]) -> dict[AccountId, bytes]:
        """The accounts as JSON, each at least as new as the version asked for."""
        found: dict[AccountId, bytes] = {}
        missing: list[AccountId] = []
        kept = self._kept
        for id, version in versions.items():
            one = kept.get(id)
            if one is not None and one[0] == version:
                found[id] = one[1]
            else:
                missing.append(id)
        if missing:
            for account in accounts.many(db, missing).values():
                body = msgspec.json.encode(entity(db, account, self._here))
                found[account.id] = body
                self._keep(account.id, account.version, body)
        return found

    def _keep(self, id: AccountId, version: int, body: bytes) -> None:
        self._kept[id] = (version, body)
        self._kept.move_to_end(id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def entity(db: Reader, account: Account, here: Server) -> entities.Account:
    """https://docs.joinmastodon.org/entities/Account/"""
    return entities.Account(**common(db, account, here))


def many(db: Reader, found: Iterable[Account], here: Server) -> list[entities.Account]:
    return [entity(db, account, here) for account in found]


def common(db: Reader, account: Account, here: Server) -> dict[str, Any]:
    """The attributes that every kind of Account entity has."""
    avatar = here.media_url(account.avatar) if account.avatar else here.url + AVATAR
    header = here.media_url(account.header) if account.header else here.url + HEADER
    texts = f"{account.display_name} {account.note_html} {account.fields}"
    values: dict[str, Any] = {
        "id": str(account.id),
        "username": account.username,
        "acct": account.handle,
        "display_name": account.display_name,
        "locked": bool(account.is_locked),
        "bot": account.kind in ("service", "application"),
        "discoverable": bool(account.is_discoverable),
        "indexable": bool(account.is_indexable),
        "group": account.kind == "group",
        "created_at": day(account.created_at) + "T00:00:00.000Z",
        "note": account.note_html,
        "url": account.url,
        "uri": account.uri,
        "avatar": avatar,
        "avatar_static": here.media_url(account.avatar_static) if account.avatar_static else avatar,
        "avatar_description": account.avatar_text,
        "header": header,
        "header_static": here.media_url(account.header_static) if account.header_static else header,
        "header_description": account.header_text,
        "followers_count": account.followers_count,
        "following_count": account.following_count,
        "statuses_count": account.posts_count,
        "last_status_at": None if account.last_post_at is None else day(account.last_post_at),
        "hide_collections": bool(account.hides_follows),
        "noindex": bool(account.is_noindex),
        "emojis": emojis.used_in(db, texts, account.host, here),
        "roles": [],
        "fields": fields(account),
    }
    if account.limited_at is not None:
        values["limited"] = True
    if account.is_gone:
        values |= {"suspended": True, "display_name": "", "note": "", "fields": [], "emojis": []}
        values |= {"avatar": here.url + AVATAR, "avatar_static": here.url + AVATAR}
        values |= {"header": here.url + HEADER, "header_static": here.url + HEADER}
    return values


def fields(account: Account) -> list[entities.Field]:
    return [
        entities.Field(name=one["name"], value=one["html"], verified_at=one.get("verified_at"))
        for one in json.loads(account.fields)
    ]
