"""
Pages of groups of notifications.

A page is a stretch of the list of single notifications, sorted into groups: so
pages that follow one another leave nothing out and tell nothing twice. It ends
where the last of its groups was first met, or after so many notifications that
reading on would cost too much.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from martlet.model.names import AccountId, NotificationId
from martlet.model.notifications import GROUPED, UNGROUPED, NotificationKind, ungrouped
from martlet.model.paging import Page
from martlet.storage import notifications
from martlet.storage.database import Reader
from martlet.storage.dialect import among, numbers
from martlet.storage.notifications import LAST_READ, WANTED, Choice, Told, among_wanted

MOST_READ = 1000
"""Notifications looked at for a page; however many share a group, no page costs more."""
MOST_COUNTED = 1000
"""Older ones of a group that are counted, beside those of the page."""
CHUNK = 400
SAMPLES = 8
"""Members whose accounts are told of."""


@dataclass(frozen=True, slots=True)
class Group:
    """`members` are those of the page, newest first; `counted` are also those older than the page."""

    key: str
    members: tuple[Told, ...]
    counted: int

    @property
    def newest(self) -> Told:
        return self.members[0]


class GroupPage(NamedTuple):
    """The groups, and between which ids the stretch of the list lies: these two are in it."""

    groups: list[Group]
    newest: NotificationId
    oldest: NotificationId


def page(
    db: Reader,
    account: AccountId,
    page: Page,
    choice: Choice,
    grouped: Collection[NotificationKind],
    now: int,
) -> GroupPage | None:
    """Groups, whichever has the newest notification first; kinds that are not `grouped` stand alone. None: no more."""
    found: dict[str, list[Told]] = {}
    stretch: list[Told] = []
    for told in _from(db, account, page, choice, now):
        stretch.append(told)
        found.setdefault(_key(told, grouped), []).append(told)
        if len(found) == page.limit:
            break
    if not stretch:
        return None
    if page.is_upward:
        stretch.reverse()
        found = {key: members[::-1] for key, members in found.items()}
    oldest = stretch[-1].notification.id
    older = _older(db, account, found, oldest, now)
    groups = [
        Group(key, tuple(members), len(members) + older.get(members[0].notification.id, 0))
        for key, members in found.items()
    ]
    groups.sort(key=lambda group: group.newest.notification.id, reverse=True)
    return GroupPage(groups, stretch[0].notification.id, oldest)


def find(db: Reader, account: AccountId, key: str, now: int) -> Group | None:
    """The group of this key with its newest members, of which there may be more."""
    members = notifications.of_group(db, account, key, Page(limit=SAMPLES), now)
    if not members:
        return None
    older = _older(db, account, {key: members}, members[-1].notification.id, now)
    return Group(key, tuple(members), len(members) + sum(older.values()))


def count_unread(
    db: Reader,
    account: AccountId,
    choice: Choice,
    grouped: Collection[NotificationKind],
    limit: int,
    now: int,
) -> int:
    """How many groups have something newer than the marker, up to `limit`."""
    wanted, bound = among_wanted(choice)
    rows = db.rows(
        f"""
        SELECT id, kind, group_key FROM notification
         WHERE account_id = :account AND id > {LAST_READ} AND {wanted} AND {WANTED}
         ORDER BY id LIMIT :most
        """,
        account=account,
        most=MOST_READ,
        now=now,
        **bound,
    )
    return min(limit, len({key if kind in grouped else ungrouped(id) for id, kind, key in rows}))


def _key(told: Told, grouped: Collection[NotificationKind]) -> str:
    notification = told.notification
    return notification.group_key if notification.kind in grouped else ungrouped(notification.id)


def _from(db: Reader, account: AccountId, page: Page, choice: Choice, now: int) -> Iterator[Told]:
    """One notification after the other, in the order in which the page is read; at first no more than it may need."""
    left, size = MOST_READ, page.limit
    while left > 0:
        found = notifications.page(db, account, replace(page, limit=min(size, left)), choice, now)
        yield from reversed(found) if page.is_upward else found
        if len(found) < min(size, left):
            return
        left -= len(found)
        size = min(size * 2, CHUNK)
        if page.is_upward:
            page = replace(page, after=found[0].notification.id)
        else:
            page = replace(page, before=found[-1].notification.id)


def _older(
    db: Reader, account: AccountId, found: Mapping[str, list[Told]], than: NotificationId, now: int
) -> dict[NotificationId, int]:
    """Of groups that may have more members: how many are older, by the id of a group's newest."""
    newest = [members[0].notification for key, members in found.items() if not key.startswith(UNGROUPED)]
    ids = [one.id for one in newest if one.kind in GROUPED]
    if not ids:
        return {}
    rows = db.rows(
        f"""
        SELECT newest.id, (
            SELECT count(*) FROM (
                SELECT notification.id FROM notification JOIN account AS sender ON sender.id = notification.from_id
                 WHERE notification.account_id = :account AND notification.group_key = newest.group_key
                   AND notification.id < :than
                   AND sender.suspended_at IS NULL AND sender.deletes_at IS NULL AND {WANTED}
                 LIMIT {MOST_COUNTED}) AS counted)
          FROM notification AS newest WHERE newest.id {among("ids")}
        """,
        account=account,
        than=than,
        ids=numbers(ids),
        now=now,
    )
    return dict(rows)
