"""
What is on its way to other servers: an activity once, and a row for each inbox it is to reach.

A row goes when the other server has taken the activity, or refused it for
good; the activity goes with its last row.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to be made. `sender_id`: whose key signs it; `is_finished`: nothing is added to the body any more."""

    host: str
    outgoing_id: int
    inbox: str
    tries: int
    sender_id: AccountId
    body: bytes
    is_finished: bool


def insert(
    db: Writer, id: int, sender: AccountId, body: bytes, inboxes: Iterable[tuple[str, str]], now: int
) -> None:
    """An activity and whom it goes to: (host, inbox)."""
    db.run(
        "INSERT INTO outgoing (id, account_id, body, created_at) VALUES (:id, :sender, :body, :now)",
        id=id,
        sender=sender,
        body=body,
        now=now,
    )
    db.run_each(
        "INSERT INTO delivery (host, outgoing_id, inbox) VALUES (:host, :id, :inbox)",
        ({"host": host, "id": id, "inbox": inbox} for host, inbox in inboxes),
    )


def next_for(db: Reader, host: str, limit: int) -> list[Delivery]:
    """The oldest that wait for a server."""
    rows = db.rows(
        """
        SELECT delivery.host, delivery.outgoing_id, delivery.inbox, delivery.tries, outgoing.account_id, outgoing.body,
               outgoing.is_finished
          FROM delivery JOIN outgoing ON outgoing.id = delivery.outgoing_id
         WHERE delivery.host = :host
         ORDER BY delivery.outgoing_id, delivery.inbox LIMIT :limit
        """,
        host=host,
        limit=limit,
    )
    return [Delivery(row[0], row[1], row[2], row[3], row[4], bytes(row[5]), bool(row[6])) for row in rows]


def find_finished(db: Reader, id: int) -> bytes | None:
    """The body of an activity to which nothing is added any more."""
    body = db.value("SELECT body FROM outgoing WHERE id = :id AND is_finished = 1", id=id)
    return None if body is None else bytes(body)


def finish(db: Writer, id: int, body: bytes) -> None:
    """Keep it as it is sent from now on."""
    db.run("UPDATE outgoing SET body = :body, is_finished = 1 WHERE id = :id", body=body, id=id)


def done(db: Writer, finished: Iterable[Delivery]) -> None:
    """Taken, or refused for good."""
    ids = set()
    for one in finished:
        ids.add(one.outgoing_id)
        db.run(
            "DELETE FROM delivery WHERE host = :host AND outgoing_id = :id AND inbox = :inbox",
            host=one.host,
            id=one.outgoing_id,
            inbox=one.inbox,
        )
    _delete_finished(db, ids)


def tried(db: Writer, one: Delivery) -> None:
    db.run(
        "UPDATE delivery SET tries = tries + 1 WHERE host = :host AND outgoing_id = :id AND inbox = :inbox",
        host=one.host,
        id=one.outgoing_id,
        inbox=one.inbox,
    )


def give_up(db: Writer, host: str) -> int:
    """Nothing more goes to this server; returns how many deliveries were dropped."""
    ids = {row[0] for row in db.rows("SELECT outgoing_id FROM delivery WHERE host = :host", host=host)}
    dropped = db.run("DELETE FROM delivery WHERE host = :host", host=host)
    _delete_finished(db, ids)
    return dropped


def are_waiting(db: Reader, host: str) -> bool:
    return db.value("SELECT 1 FROM delivery WHERE host = :host LIMIT 1", host=host) is not None


def _delete_finished(db: Writer, ids: Collection[int]) -> None:
    """One after the other: of two that finish together, the second has to see that the first did."""
    of_these = {"ids": numbers(ids)}
    db.rows(f"SELECT id FROM outgoing WHERE id {among('ids')} ORDER BY id {lock_row(db.dialect)}", **of_these)
    db.run(
        f"""
        DELETE FROM outgoing WHERE id {among("ids")}
           AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.outgoing_id = outgoing.id)
        """,
        **of_these,
    )
