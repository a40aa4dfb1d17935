"""Polls, their options and votes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from martlet.model.names import AccountId, PollId, PostId
from martlet.storage.accounts import numbers
from martlet.storage.database import Reader, Writer


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
    db.run_each(
        """
        INSERT INTO poll_option (poll_id, position, title, votes_count) VALUES (:poll, :position, :title, :votes)
        """,
        (
            {"poll": poll.id, "position": position, "title": title, "votes": votes}
            for position, (title, votes) in enumerate(poll.options)
        ),
    )


def many(db: Reader, ids: Collection[PollId]) -> dict[PollId, Poll]:
    if not ids:
        return {}
    options: dict[PollId, list[tuple[str, int]]] = {id: [] for id in ids}
    for poll, title, votes in db.rows(
        f"SELECT poll_id, title, votes_count FROM poll_option WHERE poll_id IN ({numbers(ids)}) ORDER BY poll_id, position"
    ):
        options[poll].append((title, votes))
    rows = db.rows(f"SELECT {COLUMNS} FROM poll WHERE id IN ({numbers(ids)})")
    return {row[0]: replace(Poll(*row), options=tuple(options[row[0]])) for row in rows}


def votes(db: Reader, ids: Collection[PollId], voter: AccountId) -> dict[PollId, Sequence[int]]:
    """What somebody chose in each poll; empty where they have not voted."""
    found: dict[PollId, list[int]] = {id: [] for id in ids}
    if ids and voter:
        for poll, position in db.rows(
            f"""
            SELECT poll_id, position FROM poll_vote
             WHERE poll_id IN ({numbers(ids)}) AND account_id = :voter ORDER BY poll_id, position
            """,
            voter=voter,
        ):
            found[poll].append(position)
    return dict(found)
