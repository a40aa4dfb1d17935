"""Packs and who is in them."""

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, Uri
from martlet.model.packs import MemberState, Pack, PackMember
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import among, among_words, lock_row, numbers

NAMES = tuple(Pack.__slots__)
COLUMNS = ", ".join(f"pack.{name}" for name in NAMES)
MEMBER_NAMES = tuple(PackMember.__slots__)
MEMBER_COLUMNS = ", ".join(f"pack_member.{name}" for name in MEMBER_NAMES)

_SHOWN = """owner.suspended_at IS NULL AND owner.deletes_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM hidden WHERE hidden.viewer_id = :viewer AND hidden.author_id = pack.account_id AND hidden.is_barred = 1)"""
"""Everybody may see a pack but those whom its owner blocks."""


class Listed(NamedTuple):
    """A member as they are shown, with the version of their account."""

    member: PackMember
    version: int


def insert(db: Writer, pack: Pack) -> None:
    db.run(
        f"INSERT INTO pack ({', '.join(NAMES)}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(pack, name) for name in NAMES},
    )


def update(db: Writer, pack: Pack) -> None:
    changed = ", ".join(f"{name} = :{name}" for name in NAMES if name not in ("id", "account_id", "uri"))
    values = {name: getattr(pack, name) for name in NAMES if name not in ("account_id", "uri")}
    db.run(f"UPDATE pack SET {changed} WHERE id = :id", **values)


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM pack WHERE id = :id", id=id)


def get(db: Reader, id: int, viewer: AccountId) -> Pack:
    """Raises `NotFound`, also for those who may not see it."""
    row = db.row(
        f"""
        SELECT {COLUMNS} FROM pack JOIN account AS owner ON owner.id = pack.account_id
         WHERE pack.id = :id AND {_SHOWN}
        """,
        id=id,
        viewer=viewer,
    )
    if row is None:
        raise NotFound
    return Pack(*row)


def shown(db: Reader, ids: Collection[int], viewer: AccountId) -> list[Pack]:
    """Those that the viewer may see."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM pack JOIN account AS owner ON owner.id = pack.account_id
         WHERE pack.id {among("ids")} AND {_SHOWN}
        """,
        ids=numbers(ids),
        viewer=viewer,
    )
    return [Pack(*row) for row in rows]


def with_urls(db: Reader, urls: Collection[str]) -> dict[str, int]:
    """Packs by the addresses of their pages, whoever asks."""
    if not urls:
        return {}
    rows = db.rows(
        f"SELECT url, id FROM pack WHERE url {among_words(db.dialect, 'urls')}", urls=json.dumps(list(urls))
    )
    return {row[0]: row[1] for row in rows}


def many_unfiltered(db: Reader, ids: Collection[int]) -> list[Pack]:
    if not ids:
        return []
    rows = db.rows(f"SELECT {COLUMNS} FROM pack WHERE id {among('ids')}", ids=numbers(ids))
    return [Pack(*row) for row in rows]


def find_unfiltered(db: Reader, id: int) -> Pack | None:
    row = db.row(f"SELECT {COLUMNS} FROM pack WHERE id = :id", id=id)
    return Pack(*row) if row else None


def find_by_uri(db: Reader, uri: Uri) -> Pack | None:
    """Whoever asks: for work behind the scenes only."""
    row = db.row(f"SELECT {COLUMNS} FROM pack WHERE uri = :uri", uri=uri)
    return Pack(*row) if row else None


def take(db: Writer, id: int) -> None:
    """Nobody else changes who is in it until the transaction is over."""
    db.row(f"SELECT id FROM pack WHERE id = :id {lock_row(db.dialect)}", id=id)


def lock_owner(db: Writer, account: AccountId) -> None:
    """Nobody else makes packs for this account until the transaction is over."""
    db.row(f"SELECT id FROM users WHERE account_id = :account {lock_row(db.dialect)}", account=account)


def of_account(db: Reader, account: AccountId, viewer: AccountId, *, offset: int, limit: int) -> list[Pack]:
    """The newest first; to others, those that are to be found."""
    found = "" if account == viewer else "AND pack.is_discoverable = 1"
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM pack JOIN account AS owner ON owner.id = pack.account_id
         WHERE pack.account_id = :account {found} AND {_SHOWN}
         ORDER BY pack.id DESC LIMIT :limit OFFSET :offset
        """,
        account=account,
        viewer=viewer,
        limit=limit,
        offset=offset,
    )
    return [Pack(*row) for row in rows]


def containing(db: Reader, account: AccountId, *, offset: int, limit: int) -> list[Pack]:
    """Packs that an account is in, as they see them, the last one first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM pack_member
          JOIN pack ON pack.id = pack_member.pack_id
          JOIN account AS owner ON owner.id = pack.account_id
         WHERE pack_member.account_id = :viewer AND pack_member.state = 'accepted' AND {_SHOWN}
         ORDER BY pack_member.id DESC LIMIT :limit OFFSET :offset
        """,
        viewer=account,
        limit=limit,
        offset=offset,
    )
    return [Pack(*row) for row in rows]


def count(db: Reader, account: AccountId) -> int:
    return int(db.value("SELECT count(*) FROM pack WHERE account_id = :account", account=account))


# -- members -------------------------------------------------------------


def insert_member(db: Writer, member: PackMember) -> None:
    """Raises `AlreadyThere`."""
    db.run(
        f"""
        INSERT INTO pack_member ({", ".join(MEMBER_NAMES)}) VALUES ({", ".join(f":{name}" for name in MEMBER_NAMES)})
        """,
        **{name: getattr(member, name) for name in MEMBER_NAMES} | {"state": str(member.state)},
    )


def put_state(db: Writer, id: int, state: MemberState, consent_uri: str = "") -> None:
    db.run(
        "UPDATE pack_member SET state = :state, consent_uri = :consent WHERE id = :id",
        id=id,
        state=str(state),
        consent=consent_uri,
    )


def delete_member(db: Writer, id: int) -> None:
    db.run("DELETE FROM pack_member WHERE id = :id", id=id)


def find_member(db: Reader, pack: int, id: int) -> PackMember | None:
    row = db.row(
        f"SELECT {MEMBER_COLUMNS} FROM pack_member WHERE id = :id AND pack_id = :pack", id=id, pack=pack
    )
    return _member(row) if row else None


def find_member_account(db: Reader, pack: int, account: AccountId) -> PackMember | None:
    row = db.row(
        f"SELECT {MEMBER_COLUMNS} FROM pack_member WHERE pack_id = :pack AND account_id = :account",
        pack=pack,
        account=account,
    )
    return _member(row) if row else None


def find_member_by_id(db: Reader, id: int) -> PackMember | None:
    row = db.row(f"SELECT {MEMBER_COLUMNS} FROM pack_member WHERE id = :id", id=id)
    return _member(row) if row else None


def find_by_request(db: Reader, uri: Uri) -> PackMember | None:
    row = db.row(f"SELECT {MEMBER_COLUMNS} FROM pack_member WHERE request_uri = :uri", uri=uri)
    return _member(row) if row else None


def find_by_consent(db: Reader, uri: Uri) -> PackMember | None:
    row = db.row(f"SELECT {MEMBER_COLUMNS} FROM pack_member WHERE consent_uri = :uri", uri=uri)
    return _member(row) if row else None


def count_members(db: Reader, pack: int) -> int:
    """Those who are in it or have been asked."""
    return int(
        db.value(
            "SELECT count(*) FROM pack_member WHERE pack_id = :pack AND state IN ('pending', 'accepted')",
            pack=pack,
        )
    )


def members(db: Reader, ids: Collection[int], viewer: AccountId, now: int) -> Mapping[int, list[Listed]]:
    """
    Who is in packs, by pack, in the order they were put in. The owner sees those who have not consented yet.

    Left out are those who are gone, and those whom the viewer blocks, mutes or is blocked by.
    """
    rows = db.rows(
        f"""
        SELECT {MEMBER_COLUMNS}, account.version
          FROM pack_member
          JOIN pack ON pack.id = pack_member.pack_id
          JOIN account ON account.id = pack_member.account_id
         WHERE pack_member.pack_id {among("ids")}
           AND (pack_member.state = 'accepted' OR (pack_member.state = 'pending' AND pack.account_id = :viewer))
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM hidden
                            WHERE hidden.viewer_id = :viewer AND hidden.author_id = account.id
                              AND (hidden.until IS NULL OR hidden.until > :now OR hidden.is_barred = 1))
         ORDER BY pack_member.id
        """,
        ids=numbers(ids),
        viewer=viewer,
        now=now,
    )
    found: dict[int, list[Listed]] = {}
    width = len(MEMBER_NAMES)
    for row in rows:
        member = _member(row[:width])
        found.setdefault(member.pack_id, []).append(Listed(member, row[width]))
    return found


def members_here(db: Reader, pack: int) -> list[AccountId]:
    """People of this server who are in it."""
    rows = db.rows(
        """
        SELECT pack_member.account_id FROM pack_member JOIN users ON users.account_id = pack_member.account_id
         WHERE pack_member.pack_id = :pack AND pack_member.state = 'accepted'
        """,
        pack=pack,
    )
    return [row[0] for row in rows]


def _member(row: Row) -> PackMember:
    id, pack, account, state, *rest = row
    return PackMember(id, pack, account, MemberState(state), *rest)
