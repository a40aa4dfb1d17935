"""Grouped notifications: https://docs.joinmastodon.org/methods/grouped_notifications/#GroupedNotificationsResults"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from martlet.mastodon.notification_entities import PartialAccountWithAvatar
from martlet.mastodon.serialize import notifications as serialize
from martlet.mastodon.serialize.statuses import StatusPages, json_list
from martlet.mastodon.serialize.times import iso
from martlet.model.names import AccountId
from martlet.services.signing_in import Viewer
from martlet.storage.database import Reader
from martlet.storage.notification_groups import SAMPLES, Group

Expand = Literal["full", "partial_avatars"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How groups are to be told: what of the accounts, which types the app knows, and whether they are a page."""

    expand: Expand = "full"
    supported: Collection[str] = ()
    is_page: bool = False


def results(db: Reader, groups: Sequence[Group], pages: StatusPages, viewer: Viewer, manner: Manner) -> bytes:
    """Groups whose post the viewer may no longer see are left out."""
    about = {one.newest.post.id: one.newest.post for one in groups if one.newest.post is not None}
    parts = pages.each(db, list(about.values()), viewer)
    posts = {id: status for id, status in zip(about, parts, strict=True) if status}
    shown = [one for one in groups if one.newest.post is None or one.newest.post.id in posts]
    versions = {
        told.notification.from_id: told.from_version
        for one in shown
        for told in reversed(one.members[:SAMPLES])
    }
    accounts = pages.accounts.of(db, versions)
    told = [
        body
        for one in shown
        if (body := _group(db, one, accounts[one.newest.notification.from_id], pages, manner)) is not None
    ]
    return b'{%b,"statuses":%b,"notification_groups":[%b]}' % (
        _accounts(shown, accounts, manner.expand),
        json_list(posts.values()),
        b",".join(told),
    )


def _accounts(groups: Sequence[Group], accounts: dict[AccountId, bytes], expand: Expand) -> bytes:
    """All of them whole; or only whoever did something last in each group, and of the others no more than a picture."""
    if expand == "full":
        return b'"accounts":[%b]' % b",".join(accounts.values())
    whole = {one.newest.notification.from_id for one in groups}
    others = (
        msgspec.json.encode(msgspec.json.decode(body, type=PartialAccountWithAvatar))
        for id, body in accounts.items()
        if id not in whole
    )
    return b'"accounts":[%b],"partial_accounts":[%b]' % (
        b",".join(accounts[id] for id in accounts if id in whole),
        b",".join(others),
    )


def _group(db: Reader, group: Group, sender: bytes, pages: StatusPages, manner: Manner) -> bytes | None:
    """`sender` is the newest member's account. None where what it is about is not there any more."""
    newest = group.newest.notification
    parts = [
        b'{"group_key":%b,"notifications_count":%d,"type":"%b","most_recent_notification_id":"%d"'
        % (
            msgspec.json.encode(group.key),
            group.counted,
            serialize.TYPES[newest.kind].encode(),
            newest.id,
        )
    ]
    if manner.is_page:
        parts.append(
            b',"page_min_id":"%d","page_max_id":"%d","latest_page_notification_at":"%b"'
            % (group.members[-1].notification.id, newest.id, iso(newest.created_at).encode())
        )
    parts.append(b',"sample_account_ids":[%b]' % b",".join(b'"%d"' % id for id in _samples(group)))
    if newest.post_id is not None:
        parts.append(b',"status_id":"%d"' % newest.post_id)
    else:
        more = serialize.further(db, newest, pages)
        if more is None:
            return None
        parts += more
    if newest.emoji:
        parts.append(serialize.chosen_emoji(db, newest, pages))
    if manner.supported:
        parts.append(serialize.fallback(db, newest, sender, manner.supported))
    parts.append(b"}")
    return b"".join(parts)


def _samples(group: Group) -> Iterator[AccountId]:
    """Who did something last, each once."""
    return iter(dict.fromkeys(told.notification.from_id for told in group.members[:SAMPLES]))
