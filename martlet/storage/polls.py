"""Polls, their options and votes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from martlet.model.names import AccountId, PollId, PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll with its options as (title, votes); moments in milliseconds."""

    id: PollId
    post_id: PostId
    expires_at: int | None
    closed_at: int | None
    is_multiple: int
    hides_totals: int
    voters_count: int
    options: tuple[tuple[str, int], ...] = ()


COLUMNS = "id, post_id, expires_at, closed_at, is_multiple, hides_totals, voters_count"


def insert(db: Writer, poll: Poll) -> None:
    db.run(
        f"""
        INSERT INTO poll ({COLUMNS})
        VALUES (:id, :post_id, :expires_at, :closed_at, :is_multiple, :hides_totals, :voters_count)
        """,
        **{name: getattr(poll, name) for name in Poll.__slots__ if name != "options"},
    )
    insert_options(db, poll.id, poll.options)


def insert_options(db: Writer, poll: PollId, options: Iterable[tuple[str, int]]) -> None:
    db.run_each(
        """
        INSERT INTO poll_option (poll_id, position, title, votes_count) VALUES (:poll, :position, :title, :votes)
        """,
        (
            {"poll": poll, "position": position, "title": title, "votes": votes}
            for position, (title, votes) in enumerate(options)
        ),
    )


def many(db: Reader, ids: Collection[PollId]) -> dict[PollId, Poll]:
    if not ids:
        return {}
    options: dict[PollId, list[tuple[str, int]]] = {id: [] for id in ids}
    for poll, title, votes in db.rows(
        f"SELECT poll_id, title, votes_count FROM poll_option WHERE poll_id {among('ids')} ORDER BY poll_id, position",
        ids=numbers(ids),
    ):
        options[poll].append((title, votes))
    rows = db.rows(f"SELECT {COLUMNS} FROM poll WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: replace(Poll(*row), options=tuple(options[row[0]])) for row in rows}


def votes(db: Reader, ids: Collection[PollId], voter: AccountId) -> dict[PollId, Sequence[int]]:
    """What somebody chose in each poll; empty where they have not voted."""
    found: dict[PollId, list[int]] = {id: [] for id in ids}
    if ids and voter:
        for poll, position in db.rows(
            f"""
            SELECT poll_id, position FROM poll_vote
             WHERE poll_id {among("ids")} AND account_id = :voter ORDER BY poll_id, position
            """,
            ids=numbers(ids),
            voter=voter,
        ):
            found[poll].append(position)
    return dict(found)


def lock(db: Writer, id: PollId) -> None:
    """Nobody else votes in this poll until the transaction is over."""
    db.row(f"SELECT id FROM poll WHERE id = :id {lock_row(db.dialect)}", id=id)


def insert_votes(db: Writer, poll: PollId, voter: AccountId, positions: Iterable[int]) -> None:
    """Write down and count what one voter chose."""
    for position in positions:
        db.run(
            "INSERT INTO poll_vote (poll_id, account_id, position) VALUES (:poll, :voter, :position)",
            poll=poll,
            voter=voter,
            position=position,
        )
        db.run(
            "UPDATE poll_option SET votes_count = votes_count + 1 WHERE poll_id = :poll AND position = :position",
            poll=poll,
            position=position,
        )
    db.run("UPDATE poll SET voters_count = voters_count + 1 WHERE id = :poll", poll=poll)
    _note_change(db, poll)


def insert_further_vote(db: Writer, poll: PollId, voter: AccountId, position: int) -> None:
    """A choice of somebody's who has voted before, as other servers send them one by one."""
    insert_votes(db, poll, voter, [position])
    db.run("UPDATE poll SET voters_count = voters_count - 1 WHERE id = :poll", poll=poll)


def set_counts(db: Writer, poll: PollId, counts: Iterable[int], voters: int) -> None:
    """What another server says of its own poll."""
    for position, votes in enumerate(counts):
        db.run(
            "UPDATE poll_option SET votes_count = :votes WHERE poll_id = :poll AND position = :position",
            poll=poll,
            position=position,
            votes=votes,
        )
    db.run("UPDATE poll SET voters_count = :voters WHERE id = :poll", poll=poll, voters=voters)
    _note_change(db, poll)


def set_end(db: Writer, id: PollId, expires_at: int) -> bool:
    """What another server says of its own poll; False where it has ended."""
    changed = db.run(
        "UPDATE poll SET expires_at = :expires_at WHERE id = :id AND closed_at IS NULL",
        id=id,
        expires_at=expires_at,
    )
    _note_change(db, id)
    return bool(changed)


def close(db: Writer, id: PollId, now: int) -> PostId | None:
    """Note that a poll has ended; its post, or None where it has not, or that was noted before."""
    closed = db.run(
        "UPDATE poll SET closed_at = :now WHERE id = :id AND closed_at IS NULL AND expires_at <= :now",
        id=id,
        now=now,
    )
    return db.value("SELECT post_id FROM poll WHERE id = :id", id=id) if closed else None


def change(db: Writer, id: PollId, expires_at: int, *, is_multiple: bool, hides_totals: bool) -> None:
    """Give a poll new terms; it is open again."""
    db.run(
        """
        UPDATE poll SET expires_at = :expires_at, closed_at = NULL, is_multiple = :is_multiple, hides_totals = :hides_totals
         WHERE id = :id
        """,
        id=id,
        expires_at=expires_at,
        is_multiple=int(is_multiple),
        hides_totals=int(hides_totals),
    )
    _note_change(db, id)


def replace_options(db: Writer, id: PollId, options: Iterable[str]) -> None:
    """Ask something else: all votes are forgotten."""
    db.run("DELETE FROM poll_vote WHERE poll_id = :id", id=id)
    db.run("DELETE FROM poll_option WHERE poll_id = :id", id=id)
    db.run("UPDATE poll SET voters_count = 0 WHERE id = :id", id=id)
    insert_options(db, id, ((option, 0) for option in options))
    _note_change(db, id)


def delete(db: Writer, id: PollId) -> None:
    db.run("DELETE FROM poll WHERE id = :id", id=id)


def _note_change(db: Writer, poll: PollId) -> None:
    """The poll's post is shown with it."""
    db.run(
        "UPDATE post SET revision = revision + 1 WHERE id = (SELECT post_id FROM poll WHERE id = :poll)",
        poll=poll,
    )
