"""Lists and who is in them."""

from martlet.model.errors import NotFound
from martlet.model.lists import List
from martlet.model.names import AccountId, ListId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer

COLUMNS = "list.id, list.owner_id, list.title, list.replies, list.is_exclusive"


def get(db: Reader, id: ListId, owner: AccountId) -> List:
    """Raises `NotFound` for other people's lists as for none."""
    row = db.row(f"SELECT {COLUMNS} FROM list WHERE id = :id AND owner_id = :owner", id=id, owner=owner)
    if row is None:
        raise NotFound
    return List(*row)


def of_owner(db: Reader, owner: AccountId) -> list[List]:
    rows = db.rows(f"SELECT {COLUMNS} FROM list WHERE owner_id = :owner ORDER BY id", owner=owner)
    return [List(*row) for row in rows]


def containing(db: Reader, owner: AccountId, member: AccountId) -> list[List]:
    """Those of the owner's lists that the member is in."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM list
          JOIN list_member ON list_member.list_id = list.id AND list_member.account_id = :member
         WHERE list.owner_id = :owner ORDER BY list.id
        """,
        owner=owner,
        member=member,
    )
    return [List(*row) for row in rows]


def put(db: Writer, one: List) -> None:
    """A new list, or a known one's new title and ways."""
    db.run(
        """
        INSERT INTO list (id, owner_id, title, replies, is_exclusive)
        VALUES (:id, :owner_id, :title, :replies, :is_exclusive)
        ON CONFLICT (id) DO UPDATE
           SET title = excluded.title, replies = excluded.replies, is_exclusive = excluded.is_exclusive
        """,
        **{name: getattr(one, name) for name in List.__slots__},
    )


def delete(db: Writer, id: ListId) -> None:
    """The list, its members, and what was written ahead for it."""
    db.run("DELETE FROM timeline_entry WHERE timeline_id = :id", id=id)
    db.run("DELETE FROM list WHERE id = :id", id=id)


def members(db: Reader, id: ListId, page: Page) -> list[AccountId]:
    """Accounts in the list, ordered and paged by their ids; none that are gone."""
    rows = db.rows(
        f"""
        SELECT list_member.account_id
          FROM list_member JOIN account ON account.id = list_member.account_id
         WHERE list_member.list_id = :id AND list_member.account_id < :before AND list_member.account_id > :after
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
         ORDER BY list_member.account_id {page.order} LIMIT :limit
        """,
        id=id,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [row[0] for row in rows]
    return found[::-1] if page.is_upward else found


def member_ids(db: Reader, id: ListId) -> list[AccountId]:
    """Everyone in the list."""
    return [row[0] for row in db.rows("SELECT account_id FROM list_member WHERE list_id = :id", id=id)]


def add_member(db: Writer, id: ListId, account: AccountId, moment_id: int) -> None:
    """`moment_id` orders members by when they came. Raises `AlreadyThere`."""
    db.run(
        "INSERT INTO list_member (list_id, account_id, id) VALUES (:list, :account, :id)",
        list=id,
        account=account,
        id=moment_id,
    )


def remove_member(db: Writer, id: ListId, account: AccountId) -> None:
    db.run(
        "DELETE FROM list_member WHERE list_id = :list AND account_id = :account", list=id, account=account
    )


def follows(db: Reader, owner: AccountId, account: AccountId) -> bool:
    """Whether the owner follows, or has asked to follow, this account."""
    return (
        db.value(
            "SELECT 1 FROM follow WHERE follower_id = :owner AND followed_id = :account",
            owner=owner,
            account=account,
        )
        is not None
    )
