"""Notifications: rows, each thing told once, and pages of them."""

import threading
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from martlet.model.ids import id_from
from martlet.model.names import AccountId, NotificationId, PostId
from martlet.model.notifications import UNGROUPED, Notification, NotificationKind
from martlet.model.paging import Page
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import ONE_LOOK, among, numbers
from martlet.storage.posts import ALL_MARKS, MARKS, MAY_SEE, SHOWN_COLUMNS, SHOWN_JOINS, Shown

NAMES = tuple(Notification._fields)
COLUMNS = ", ".join(f"notification.{name}" for name in NAMES)

_KINDS = {kind.value: kind for kind in NotificationKind}

WANTED = f"""NOT EXISTS (
    SELECT 1 FROM hidden
     WHERE hidden.viewer_id = notification.account_id AND hidden.author_id = notification.from_id
       AND (hidden.until IS NULL OR hidden.until > :now)
       AND (hidden.is_barred = 1
            OR NOT EXISTS (SELECT 1 FROM mute
                            WHERE mute.account_id = notification.account_id AND mute.muted_id = notification.from_id
                              AND mute.hides_notifications = 0 {ONE_LOOK})
            OR EXISTS (SELECT 1 FROM block
                        WHERE block.account_id = notification.account_id
                          AND block.blocked_id = notification.from_id {ONE_LOOK})) {ONE_LOOK})"""
"""From nobody whom the recipient blocks or mutes; a mute may leave notifications alone."""

FEW = 3
"""So many kinds are read one by one, each from its own index, however much there is of others between."""
_WIDTH = len(NAMES)
_TOLD_COLUMNS = f"{COLUMNS}, sender.version, {SHOWN_COLUMNS}"
_TOLD_JOINS = f"""notification
    JOIN account AS sender ON sender.id = notification.from_id
    LEFT JOIN post ON post.id = notification.post_id
    {SHOWN_JOINS.replace("    JOIN account AS author", "    LEFT JOIN account AS author")}"""
_OTHER_AUTHOR = (
    "CASE WHEN post.author_id IN (notification.from_id, :viewer) THEN NULL ELSE post.author_id END"
)
_SEEN_JOINS = _TOLD_JOINS.replace("author.id = post.author_id", f"author.id = {_OTHER_AUTHOR}", 1)
"""Most are about a post of the viewer's or the sender's: no other account is looked up."""
_STAMP = f"""
    (sender.version + coalesce(post.revision, 0) + coalesce(boosted.revision, 0) + coalesce(boosted_author.version, 0)
     + CASE WHEN post.author_id = notification.from_id THEN sender.version
            WHEN post.author_id = :viewer THEN (SELECT version FROM account WHERE id = :viewer)
            ELSE coalesce(author.version, 0) END) * {ALL_MARKS + 1} + {MARKS}"""
"""
What can change of a notification in the list, no more than its sender and its post, as one number.

Versions and revisions only grow: where their sum is the same, all of them are.
"""
_SEEN_COLUMNS = f"notification.id, {_STAMP}"
_LISTED = "notification.is_filtered = 0"
_FILTERED = "notification.is_filtered = 1"
_OF_SENDER = "notification.from_id = :sender"
LAST_READ = """coalesce((SELECT last_read_id FROM marker
                          WHERE account_id = :account AND timeline = 'notifications'), 0)"""
_TOLD, _SEEN = f"{_TOLD_COLUMNS} FROM {_TOLD_JOINS}", f"{_SEEN_COLUMNS} FROM {_SEEN_JOINS}"
_TOLD_BY_ID = f"SELECT {_TOLD} WHERE notification.id {among('ids')}"
_ABOUT_SOMETHING_SEEN = f"(notification.post_id IS NULL OR {MAY_SEE})"


class Told(NamedTuple):
    """A notification as it is shown: with the version of the account that it is about, and the post."""

    notification: Notification
    from_version: int
    post: Shown | None


class ToldBefore:
    """
    Notifications that were listed before, in one process and from one database.

    What they say never changes, so that it is read once. They are good only with the stamp that a page's query has
    just read.
    """

    MOST = 16_384

    def __init__(self) -> None:
        self.kept: dict[int, tuple[int, Told]] = {}
        """By id, each with its stamp."""
        self._lock = threading.Lock()

    def complete(self, db: Reader, viewer: AccountId, rows: Sequence[Row]) -> list[Told]:
        """`rows` have `_SEEN_COLUMNS`. What was deleted since they were read is left out."""
        get, none = self.kept.get, (None, None)
        found = [told if known == stamp else None for id, stamp in rows for known, told in (get(id, none),)]
        if None not in found:
            return cast("list[Told]", found)
        missing = [id for (id, _), told in zip(rows, found, strict=True) if told is None]
        read = db.rows(_TOLD_BY_ID, ids=numbers(missing), viewer=viewer)
        of = {row[0]: _told(row) for row in read}
        with self._lock:
            for at, (id, stamp) in enumerate(rows):
                if found[at] is None and id in of:
                    found[at] = of[id]
                    self.kept[id] = stamp, of[id]
            while len(self.kept) > self.MOST:
                del self.kept[next(iter(self.kept))]
        return [told for told in found if told is not None]


class Choice(NamedTuple):
    """Which notifications are wanted. Those of one sender are told whether they are kept aside or not."""

    kinds: frozenset[NotificationKind] = frozenset(NotificationKind)
    from_id: AccountId | None = None
    has_filtered: bool = False
    """Also what is kept aside."""


def insert(db: Writer, notification: Notification) -> bool:
    """Whether it is new: the same thing is told once."""
    return (
        db.run(
            f"""
            INSERT INTO notification ({", ".join(NAMES)}) VALUES ({", ".join(f":{name}" for name in NAMES)})
            ON CONFLICT DO NOTHING
            """,
            **{name: getattr(notification, name) for name in NAMES} | {"kind": str(notification.kind)},
        )
        > 0
    )


def page(
    db: Reader, account: AccountId, page: Page, choice: Choice, now: int, before: ToldBefore | None = None
) -> list[Told]:
    """An account's notifications, newest first; `before`: what need not be read again."""
    if choice.from_id is not None:
        return _page(db, account, page, choice.kinds, _OF_SENDER, now, sender=choice.from_id)
    states = (_LISTED, _FILTERED) if choice.has_filtered else (_LISTED,)
    kinds = [choice.kinds] if len(choice.kinds) > FEW else [frozenset({kind}) for kind in choice.kinds]
    if len(states) == len(kinds) == 1:
        return _page(db, account, page, kinds[0], _LISTED, now, told_before=before)
    found = [told for state in states for one in kinds for told in _page(db, account, page, one, state, now)]
    found.sort(key=lambda told: told.notification.id, reverse=True)
    return found[-page.limit :] if page.is_upward else found[: page.limit]


def find_listed(db: Reader, id: NotificationId, account: AccountId, now: int) -> Told | None:
    """One of the account's own, if it stands in their list: it is not kept aside, and they want to hear of it."""
    found = page(db, account, Page(id + 1, id - 1, 1), Choice(), now)
    return found[0] if found else None


def of_group(db: Reader, account: AccountId, key: str, page: Page, now: int) -> list[Told]:
    """Those that share a key, newest first."""
    alone = key.removeprefix(UNGROUPED)
    if alone == key:
        return _page(db, account, page, Choice().kinds, "notification.group_key = :key", now, key=key)
    id = id_from(alone)
    return [] if id is None else _page(db, account, page, Choice().kinds, "notification.id = :id", now, id=id)


@lru_cache(maxsize=64)
def _page_sql(what: str, which: str, of_kinds: str, order: str) -> str:
    """Kept, because putting a long statement together costs as much as running a short one."""
    return f"""
        SELECT {what}
         WHERE notification.account_id = :viewer AND {which}
           AND notification.id < :before AND notification.id > :after AND {of_kinds}
           AND sender.suspended_at IS NULL AND sender.deletes_at IS NULL
           AND {WANTED} AND {_ABOUT_SOMETHING_SEEN}
         ORDER BY notification.id {order} LIMIT :limit
        """


def _page(
    db: Reader,
    account: AccountId,
    page: Page,
    kinds: frozenset[NotificationKind],
    which: str,
    now: int,
    *,
    told_before: ToldBefore | None = None,
    **bound: object,
) -> list[Told]:
    of_kinds, named = _among(kinds)
    rows = db.rows(
        _page_sql(_TOLD if told_before is None else _SEEN, which, of_kinds, page.order),
        viewer=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
        now=now,
        **named,
        **bound,
    )
    found = [_told(row) for row in rows] if told_before is None else told_before.complete(db, account, rows)
    return found[::-1] if page.is_upward else found


def find(db: Reader, id: NotificationId, account: AccountId) -> Told | None:
    """One of the account's own."""
    row = db.row(
        f"""
        SELECT {_TOLD_COLUMNS} FROM {_TOLD_JOINS}
         WHERE notification.id = :id AND notification.account_id = :viewer AND {_ABOUT_SOMETHING_SEEN}
        """,
        id=id,
        viewer=account,
    )
    return _told(row) if row else None


def find_unfiltered(db: Reader, id: NotificationId) -> Notification | None:
    """Whoever it is for: for work behind the scenes only."""
    row = db.row(f"SELECT {COLUMNS} FROM notification WHERE id = :id", id=id)
    return _notification(row) if row else None


def count_unread(db: Reader, account: AccountId, choice: Choice, limit: int, now: int) -> int:
    """How many are newer than the marker, counted up to `limit`."""
    wanted, bound = among_wanted(choice)
    return int(
        db.value(
            _unread_sql(wanted),
            account=account,
            limit=limit,
            now=now,
            **bound,
        )
    )


@lru_cache(maxsize=64)
def _unread_sql(wanted: str) -> str:
    return f"""
        SELECT count(*) FROM (
            SELECT notification.id FROM notification
             WHERE notification.account_id = :account AND notification.id > {LAST_READ}
               AND {wanted} AND {WANTED}
             LIMIT :limit) AS unread
        """


def among_wanted(choice: Choice) -> tuple[str, dict[str, object]]:
    """What a notification has to be to be counted, and the parameters of that."""
    kinds, bound = _among(choice.kinds)
    if choice.from_id is None:
        return f"{_LISTED} AND {kinds}", bound
    return f"{_OF_SENDER} AND {kinds}", bound | {"sender": choice.from_id}


def delete(db: Writer, id: NotificationId, account: AccountId) -> None:
    db.run("DELETE FROM notification WHERE id = :id AND account_id = :account", id=id, account=account)


def delete_many(db: Writer, ids: Collection[int], account: AccountId) -> int:
    """Returns how many there were."""
    return db.run(
        f"DELETE FROM notification WHERE account_id = :account AND id {among('ids')}",
        ids=numbers(ids),
        account=account,
    )


def delete_group(db: Writer, key: str, account: AccountId) -> int:
    """All that share a key; returns how many there were."""
    return db.run(
        "DELETE FROM notification WHERE account_id = :account AND group_key = :key", key=key, account=account
    )


def delete_all(db: Writer, account: AccountId) -> None:
    db.run("DELETE FROM notification WHERE account_id = :account", account=account)


def forget_pack(db: Writer, pack: int, kind: NotificationKind) -> None:
    """What was told of a pack."""
    db.run("DELETE FROM notification WHERE pack_id = :pack AND kind = :kind", pack=pack, kind=str(kind))


def forget_kinds(db: Writer, account: AccountId, kinds: Collection[NotificationKind]) -> None:
    """All that the account was told of these kinds."""
    named, bound = _among(kinds)
    db.run(f"DELETE FROM notification WHERE account_id = :account AND {named}", account=account, **bound)


def take_back(
    db: Writer,
    account: AccountId,
    kind: NotificationKind,
    sender: AccountId,
    post: PostId | None = None,
    emoji: str = "",
) -> None:
    """What was told is no longer so: a like undone, a request withdrawn."""
    db.run(
        """
        DELETE FROM notification
         WHERE account_id = :account AND kind = :kind AND from_id = :sender AND coalesce(post_id, 0) = :post
           AND emoji = :emoji
        """,
        emoji=emoji,
        account=account,
        kind=str(kind),
        sender=sender,
        post=post or 0,
    )


def may_tell(db: Reader, account: AccountId, sender: AccountId, post: PostId | None, now: int) -> bool:
    """Whether the account neither blocks nor mutes this sender, nor their server, nor the thread the post is in."""
    return not db.value(
        """
        SELECT EXISTS (
                   SELECT 1 FROM hidden
                    WHERE hidden.viewer_id = :account AND hidden.author_id = :sender
                      AND (hidden.until IS NULL OR hidden.until > :now)
                      AND (hidden.is_barred = 1
                           OR NOT EXISTS (SELECT 1 FROM mute WHERE mute.account_id = :account
                                                               AND mute.muted_id = :sender
                                                               AND mute.hides_notifications = 0)))
            OR EXISTS (
                   SELECT 1 FROM account JOIN domain_block ON domain_block.host = account.host
                    WHERE account.id = :sender AND account.host <> '' AND domain_block.account_id = :account)
            OR EXISTS (
                   SELECT 1 FROM post JOIN thread_mute ON thread_mute.thread_id = post.thread_id
                    WHERE post.id = :post AND thread_mute.account_id = :account)
        """,
        account=account,
        sender=sender,
        post=post or 0,
        now=now,
    )


def who_wants_every_post(db: Reader, author: AccountId) -> list[AccountId]:
    """Followers here who asked to be told of each post."""
    return db.once("follow", author, lambda: _read_who_wants_every_post(db, author))


def _read_who_wants_every_post(db: Reader, author: AccountId) -> list[AccountId]:
    """The `+` keeps the query off the index of all followers."""
    rows = db.rows(
        """
        SELECT follow.follower_id
          FROM follow JOIN users ON users.account_id = follow.follower_id
         WHERE follow.followed_id = :author AND +follow.is_accepted = 1 AND follow.notifies = 1
        """,
        author=author,
    )
    return [row[0] for row in rows]


def joined(db: Reader, account: AccountId, keys: Sequence[str]) -> str | None:
    """The first of these groups that is there."""
    cases = " ".join(
        f"""WHEN EXISTS (SELECT 1 FROM notification
                          WHERE account_id = :account AND group_key = :key{number}) THEN {number}"""
        for number in range(len(keys))
    )
    bound = {f"key{number}": key for number, key in enumerate(keys)}
    found: int | None = db.value(f"SELECT CASE {cases} END", account=account, **bound)
    return None if found is None else keys[found]


def is_here(db: Reader, account: AccountId) -> bool:
    """Whether somebody signs in to this account here."""
    return db.value("SELECT 1 FROM users WHERE account_id = :account", account=account) is not None


def listener(db: Reader, account: AccountId) -> AccountId | None:
    """Who is told of what concerns an account: itself, or the account here that goes on as it."""
    found: AccountId | None = db.value(
        """
        SELECT account_id FROM users WHERE account_id = :account
        UNION ALL
        SELECT account_id FROM adoption WHERE old_account_id = :account AND told_at IS NOT NULL
         LIMIT 1
        """,
        account=account,
    )
    return found


def _notification(row: Row) -> Notification:
    id, account, kind, *others = row
    return Notification(id, account, _KINDS[kind], *others)


@lru_cache(maxsize=16_384)
def _told(row: Row) -> Told:
    """The same row is read again and again."""
    post = None if row[_WIDTH + 1] is None else Shown._make(row[_WIDTH + 1 :])
    return Told(_notification(row[:_WIDTH]), row[_WIDTH], post)


def _among(kinds: Collection[NotificationKind]) -> tuple[str, dict[str, object]]:
    if len(kinds) == len(NotificationKind):
        return "1 = 1", {}
    bound: dict[str, object] = {f"kind{n}": str(kind) for n, kind in enumerate(sorted(kinds))}
    names = ", ".join(f":{name}" for name in bound)
    return (f"notification.kind IN ({names})", bound) if bound else ("1 = 0", {})
