"""
Accounts in Mastodon's form.

`AccountBytes` keeps what was encoded, by id and version: on a page of posts
the version comes with each post's row, so nothing old can be shown.
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import structs

from martlet.mastodon import entities
from martlet.mastodon.serialize import emojis
from martlet.mastodon.serialize.times import day, iso_or_none
from martlet.model.accounts import Account
from martlet.model.faults import FAULTS
from martlet.model.names import AccountId
from martlet.model.packs import KNOWN as KNOWN_POLICIES
from martlet.model.packs import policy_of
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.roles import Role
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import subscribing
from martlet.storage import accounts, follows, roles
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import Listed
from martlet.storage.relations import KeptAway
from martlet.storage.users import User

KEPT = 4096
AVATAR, HEADER = "/static/avatar.png", "/static/header.png"

PRIVACY = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.CIRCLE: "private",
    Visibility.MENTIONED: "direct",
}


log = logging.getLogger("martlet.mastodon")

NOTHING_SAID: dict[str, Any] = {
    **dict.fromkeys(("display_name", "note_html", "avatar", "avatar_static", "avatar_text"), ""),
    **dict.fromkeys(("header", "header_static", "header_text"), ""),
    "fields": "[]",
    "created_at": 0,
    "last_post_at": None,
}
"""What is shown of an account that cannot be shown."""


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
            rows = accounts.many(db, missing).values()
            for account, shown in zip(rows, many(db, rows, self._here), strict=True):
                body = msgspec.json.encode(shown)
                found[account.id] = body
                is_lasting = (
                    account.moved_to_id is None
                )  # else it shows another one, with a version of its own
                if is_lasting and not isinstance(db, Writer):  # what is written may still be taken back
                    self._keep(account.id, account.version, body)
        return found

    def page(self, db: Reader, listed: Iterable[Listed]) -> bytes:
        """A JSON list of accounts, in their order."""
        listed = list(listed)
        bodies = self.of(db, {one.account_id: one.version for one in listed})
        return b"[" + b",".join(bodies[one.account_id] for one in listed) + b"]"

    def muted(self, db: Reader, listed: Sequence[KeptAway]) -> bytes:
        """A JSON list of MutedAccount."""
        bodies = self.of(db, {one.account_id: one.version for one in listed})
        ends = (msgspec.json.encode(iso_or_none(one.expires_at)) for one in listed)
        return b"[%b]" % b",".join(
            b'%b,"mute_expires_at":%b}' % (bodies[one.account_id][:-1], end)
            for one, end in zip(listed, ends, strict=True)
        )

    def kept(self, id: AccountId, version: int) -> bytes | None:
        """The account's JSON, where it may be kept: of some it says more than the version covers."""
        one = self._kept.get(id)
        return one[1] if one is not None and one[0] == version else None

    def _keep(self, id: AccountId, version: int, body: bytes) -> None:
        self._kept[id] = (version, body)
        self._kept.move_to_end(id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def entity(db: Reader, account: Account, here: Server) -> entities.Account:
    """https://docs.joinmastodon.org/entities/Account/"""
    return many(db, [account], here)[0]


def many(db: Reader, found: Collection[Account], here: Server) -> list[entities.Account]:
    return [entities.Account(**values) for values in _values(db, found, here)]


def credential(db: Reader, account: Account, user: User, here: Server) -> entities.CredentialAccount:
    """https://docs.joinmastodon.org/entities/Account/#CredentialAccount"""
    source = entities.Source(
        note=account.note_text,
        fields=source_fields(account),
        privacy=PRIVACY[Visibility(user.default_visibility)],
        sensitive=bool(user.default_sensitive),
        language=user.default_language or "",
        follow_requests_count=follows.requests_count(db, account.id),
        hide_collections=bool(account.hides_follows),
        discoverable=bool(account.is_discoverable),
        indexable=bool(account.is_indexable),
        attribution_domains=accounts.attribution_of(account),
        quote_policy=user.default_quoting,
        local_only=bool(user.default_local_only),
        expires_in=user.default_lifetime,
    )
    return entities.CredentialAccount(
        **_values(db, [account], here)[0], source=source, role=role_entity(roles.of_account(db, account.id))
    )


def _values(db: Reader, found: Collection[Account], here: Server) -> list[dict[str, Any]]:
    """The attributes that every kind of Account entity has, with those of accounts that others moved to."""
    targets = accounts.many_shown(db, {one.moved_to_id for one in found if one.moved_to_id is not None})
    badges = roles.badges(db, {one.id for one in (*found, *targets.values()) if one.is_here})
    result = []
    for account in found:
        values = _common_or_bare(db, account, badges.get(account.id), here)
        target = targets.get(account.moved_to_id) if account.moved_to_id is not None else None
        if target is not None and not account.is_gone:
            values["moved"] = entities.Account(**_common_or_bare(db, target, badges.get(target.id), here))
        result.append(values)
    return result


def _common_or_bare(db: Reader, account: Account, role: Role | None, here: Server) -> dict[str, Any]:
    """Of an account that cannot be shown, no more than who it is."""
    try:
        return _common(db, account, role, here)
    except FAULTS:
        log.exception("Account %d cannot be shown", account.id)
        return _common(db, structs.replace(account, **NOTHING_SAID), role, here)


def _common(db: Reader, account: Account, role: Role | None, here: Server) -> dict[str, Any]:
    avatar, avatar_static = pictures(account, FileUse.AVATAR, here)
    header, header_static = pictures(account, FileUse.HEADER, here)
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
        "avatar_static": avatar_static,
        "avatar_description": account.avatar_text,
        "header": header,
        "header_static": header_static,
        "header_description": account.header_text,
        "followers_count": account.followers_count,
        "following_count": account.following_count,
        "statuses_count": account.posts_count,
        "last_status_at": None if account.last_post_at is None else day(account.last_post_at),
        "hide_collections": bool(account.hides_follows),
        "noindex": bool(account.is_noindex),
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "emojis": emojis.used_in(db, texts, account.host, here),
        "roles": _badges(role),
        "fields": fields(account),
        "feature_approval": _feature_approval(account),
    }
    if here.sends_mail:
        values["email_subscriptions"] = subscribing.offers(account, here)
    if account.limited_at is not None:
        values["limited"] = True
    if account.is_memorial:
        values["memorial"] = True
    if account.is_gone:
        values |= _gone(here)
    return values


def _feature_approval(account: Account) -> entities.FeatureApproval:
    """As it is told to everybody alike."""
    policy = policy_of(account)
    words = [word if word in KNOWN_POLICIES else "unsupported_policy" for word in policy.automatic]
    more = [word if word in KNOWN_POLICIES else "unsupported_policy" for word in policy.manual]
    if "public" in policy.automatic:
        told = "automatic"
    elif policy.automatic or policy.manual:
        told = "manual" if policy.manual == ("public",) and not policy.automatic else "unknown"
    else:
        told = "denied" if policy.is_said else "missing"
    return entities.FeatureApproval(automatic=words, manual=more, current_user=told)


def pictures(account: Account, use: FileUse, here: Server) -> tuple[str, str]:
    """Where an account's avatar or header is, and the same holding still."""
    if use == FileUse.AVATAR:
        key, still, default = account.avatar, account.avatar_static, AVATAR
    else:
        key, still, default = account.header, account.header_static, HEADER
    if not key:
        return here.url + default, here.url + default
    return here.file_url(use, account.id, key), here.file_url(use, account.id, still or key, FileForm.SMALL)


def _gone(here: Server) -> dict[str, Any]:
    """What is not shown of an account that is suspended or being deleted."""
    return {
        "suspended": True,
        "display_name": "",
        "locked": False,
        "bot": False,
        "discoverable": False,
        "indexable": False,
        "note": "",
        "avatar": here.url + AVATAR,
        "avatar_static": here.url + AVATAR,
        "avatar_description": "",
        "header": here.url + HEADER,
        "header_static": here.url + HEADER,
        "header_description": "",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "last_status_at": None,
        "emojis": [],
        "roles": [],
        "fields": [],
        "feature_approval": entities.FeatureApproval(automatic=[], manual=[], current_user="denied"),
    }


def _badges(role: Role | None) -> list[entities.AccountRole]:
    if role is None:
        return []
    return [entities.AccountRole(id=str(role.id), name=role.name, color=role.color)]


def role_entity(role: Role) -> entities.Role:
    """https://docs.joinmastodon.org/entities/Role/"""
    return entities.Role(
        id=str(role.id),
        name=role.name,
        color=role.color,
        permissions=str(int(role.granted)),
        highlighted=bool(role.is_highlighted),
        collection_limit=role.collection_limit,
    )


def fields(account: Account) -> list[entities.Field]:
    """As others see them: HTML."""
    return [
        entities.Field(name=one["name"], value=one["html"], verified_at=one.get("verified_at"))
        for one in json.loads(account.fields)
    ]


def source_fields(account: Account) -> list[entities.Field]:
    """As they were typed."""
    return [
        entities.Field(name=one["name"], value=one["text"], verified_at=one.get("verified_at"))
        for one in json.loads(account.fields)
    ]
