"""
What we have of a server's people, as far as a decision about their server changes it.

An account belongs to the server that its handle names and to the one that its
uri names: what is decided about either holds. What a moderator did to the
account itself stays apart (`limited_by_peer`, `suspended_by_peer`). Whom its own server
has suspended is hidden in the same way.
"""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Restricted:
    """An account elsewhere. `uri_host`: of its uri; `host`: of its handle."""

    id: AccountId
    host: str
    uri_host: str
    limited_at: int | None
    suspended_at: int | None
    limited_by_peer: int
    suspended_by_peer: int
    suspended_there: int
    """Its own server says that it has suspended it."""


_COLUMNS = """account.id, account.host, remote_account.host, account.limited_at, account.suspended_at,
    account.limited_by_peer, account.suspended_by_peer, account.suspended_there"""


def find(db: Reader, account: AccountId) -> Restricted | None:
    row = db.row(
        f"""
        SELECT {_COLUMNS} FROM account JOIN remote_account ON remote_account.account_id = account.id
         WHERE account.id = :account
        """,
        account=account,
    )
    return Restricted(*row) if row else None


def of_handles(db: Reader, host: str, after: int, limit: int) -> list[Restricted]:
    """Some whose handle names the server, in the order of their ids."""
    rows = db.rows(
        f"""
        SELECT {_COLUMNS} FROM account JOIN remote_account ON remote_account.account_id = account.id
         WHERE account.host = :host AND account.host <> '' AND account.id > :after
         ORDER BY account.id LIMIT :limit
        """,
        host=host,
        after=after,
        limit=limit,
    )
    return [Restricted(*row) for row in rows]


def of_uris(db: Reader, host: str, after: int, limit: int) -> list[Restricted]:
    """Some whose uri names the server and whose handle another, in the order of their ids."""
    rows = db.rows(
        f"""
        SELECT {_COLUMNS} FROM remote_account JOIN account ON account.id = remote_account.account_id
         WHERE remote_account.host = :host AND account.host <> :host AND remote_account.account_id > :after
         ORDER BY remote_account.account_id LIMIT :limit
        """,
        host=host,
        after=after,
        limit=limit,
    )
    return [Restricted(*row) for row in rows]


def counts(db: Reader, host: str) -> tuple[int, int, int]:
    """How many accounts of a server are known, are followed by people here, and follow people here."""
    row = db.rows(
        """
        SELECT (SELECT count(*) FROM remote_account WHERE host = :host),
               (SELECT count(*) FROM remote_account JOIN follow ON follow.followed_id = remote_account.account_id
                 WHERE remote_account.host = :host AND follow.is_accepted = 1),
               (SELECT count(*) FROM remote_account JOIN follow ON follow.follower_id = remote_account.account_id
                 WHERE remote_account.host = :host AND follow.is_accepted = 1)
        """,
        host=host,
    )[0]
    return int(row[0]), int(row[1]), int(row[2])


def hosts(db: Reader) -> list[str]:
    """Every host that somebody's handle names; each costs one look at the index, however many people it has."""
    rows = db.rows(
        """
        WITH RECURSIVE known (host) AS (
            SELECT min(host) FROM account WHERE host <> ''
            UNION ALL
            SELECT (SELECT min(account.host) FROM account WHERE account.host <> '' AND account.host > known.host)
              FROM known WHERE known.host IS NOT NULL)
        SELECT host FROM known WHERE host IS NOT NULL
        """
    )
    return [row[0] for row in rows]


def restrict(
    db: Writer,
    account: AccountId,
    *,
    limited_at: int | None,
    suspended_at: int | None,
    by_peer: tuple[int, int],
) -> None:
    """`by_peer`: whether limit and suspension are its server's. The version grows."""
    db.run(
        """
        UPDATE account SET limited_at = :limited, suspended_at = :suspended,
                           limited_by_peer = :limited_by_peer, suspended_by_peer = :suspended_by_peer,
                           version = version + 1
         WHERE id = :id
        """,
        id=account,
        limited=limited_at,
        suspended=suspended_at,
        limited_by_peer=by_peer[0],
        suspended_by_peer=by_peer[1],
    )


def own_limit(db: Writer, account: AccountId) -> None:
    """The limit is the account's own: it stays when its server's ends."""
    db.run("UPDATE account SET limited_by_peer = 0 WHERE id = :id AND limited_by_peer = 1", id=account)


def lend_limit(db: Writer, account: AccountId) -> None:
    """The limit is no longer the account's own, only its server's."""
    db.run("UPDATE account SET limited_by_peer = 1 WHERE id = :id AND limited_at IS NOT NULL", id=account)


def own_suspension(db: Writer, account: AccountId) -> None:
    """The suspension is the account's own: it stays when its server's ends."""
    db.run("UPDATE account SET suspended_by_peer = 0 WHERE id = :id AND suspended_by_peer = 1", id=account)


def lend_suspension(db: Writer, account: AccountId) -> None:
    """The suspension is no longer the account's own, only its server's."""
    db.run("UPDATE account SET suspended_by_peer = 1 WHERE id = :id AND suspended_at IS NOT NULL", id=account)


def follows(db: Reader, accounts: Collection[AccountId], limit: int) -> list[tuple[AccountId, AccountId]]:
    """Some follows and requests in which one of the accounts takes part: who follows whom."""
    rows = db.rows(
        f"""
        SELECT follower_id, followed_id FROM follow WHERE follower_id {among("ids")}
        UNION ALL
        SELECT follower_id, followed_id FROM follow WHERE followed_id {among("ids")}
         LIMIT :limit
        """,
        ids=numbers(accounts),
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def refuse_media(db: Writer, account: AccountId, is_refused: int, after: int, limit: int) -> int | None:
    """
    Show or hide some of an account's media, and have the posts rendered anew.

    Returns the last that was looked at; None at the end.
    """
    rows = db.rows(
        """
        SELECT id, post_id, is_refused FROM media
         WHERE owner_id = :account AND id > :after ORDER BY id LIMIT :limit
        """,
        account=account,
        after=after,
        limit=limit,
    )
    changed = [row for row in rows if row[2] != is_refused]
    if changed:
        db.run(
            f"UPDATE media SET is_refused = :is_refused WHERE id {among('ids')}",
            is_refused=is_refused,
            ids=numbers(row[0] for row in changed),
        )
        posts = {row[1] for row in changed if row[1] is not None}
        db.run(
            f"UPDATE post SET version = version + 1, revision = revision + 1 WHERE id {among('posts')}",
            posts=numbers(posts),
        )
    return rows[-1][0] if len(rows) == limit else None


def drop_pictures(db: Writer, account: AccountId) -> None:
    """Remove avatar and header, until the profile is fetched anew."""
    db.run(
        """
        UPDATE account SET avatar = '', avatar_static = '', avatar_text = '', header = '', header_static = '',
                           header_text = '', version = version + 1
         WHERE id = :id AND (avatar <> '' OR header <> '')
        """,
        id=account,
    )


def want_anew(db: Writer, account: AccountId) -> None:
    """Mark the profile as old, so that it is fetched at the next occasion."""
    db.run("UPDATE remote_account SET fetched_at = 0 WHERE account_id = :id", id=account)


def refuse_emojis(db: Writer, host: str, now: int) -> None:
    """Show the server's custom emoji no more."""
    db.run(
        "UPDATE emoji SET disabled_at = :now WHERE host = :host AND disabled_at IS NULL", host=host, now=now
    )


def take_emojis(db: Writer, host: str) -> None:
    """Show the server's custom emoji again."""
    db.run("UPDATE emoji SET disabled_at = NULL WHERE host = :host AND disabled_at IS NOT NULL", host=host)
