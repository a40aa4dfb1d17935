"""
What is on its way to other servers: an activity once, and a row for each inbox it is to reach.

A row goes when the other server has taken the activity, or refused it for
good; the activity goes with its last row. Of an activity for very many, the
rows are written some at a time: the `rest` of its inboxes waits beside it.
"""

import json
from collections.abc import Collection, Iterable, Sequence
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
    _insert_outgoing(db, id, sender, body, None, now)
    insert_more(db, id, inboxes)


def insert_for_later(
    db: Writer, id: int, sender: AccountId, body: bytes, inboxes: Sequence[str], now: int
) -> None:
    """An activity, and the inboxes that `take_rest` will give."""
    _insert_outgoing(db, id, sender, body, json.dumps(inboxes), now)


def _insert_outgoing(db: Writer, id: int, sender: AccountId, body: bytes, rest: str | None, now: int) -> None:
    db.run(
        """
        INSERT INTO outgoing (id, account_id, body, rest, created_at) VALUES (:id, :sender, :body, :rest, :now)
        """,
        id=id,
        sender=sender,
        body=body,
        rest=rest,
        now=now,
    )


def insert_more(db: Writer, id: int, inboxes: Iterable[tuple[str, str]]) -> None:
    """Whom an activity goes to besides."""
    db.run_each(
        "INSERT INTO delivery (host, outgoing_id, inbox) VALUES (:host, :id, :inbox)",
        ({"host": host, "id": id, "inbox": inbox} for host, inbox in inboxes),
    )


def is_spreading(db: Reader, sender: AccountId) -> bool:
    """Whether inboxes for something that this account did are still to be written down."""
    sql = "SELECT 1 FROM outgoing WHERE account_id = :sender AND rest IS NOT NULL LIMIT 1"
    return db.value(sql, sender=sender) is not None


def take_rest(db: Writer, sender: AccountId, limit: int) -> tuple[int, list[str]] | None:
    """Some of the inboxes that are still to be written down, of the oldest such activity."""
    row = db.row(
        f"""
        SELECT id, rest FROM outgoing WHERE account_id = :sender AND rest IS NOT NULL
         ORDER BY id LIMIT 1 {lock_row(db.dialect)}
        """,
        sender=sender,
    )
    if row is None:
        return None
    inboxes: list[str] = json.loads(row[1])
    left = json.dumps(inboxes[limit:]) if len(inboxes) > limit else None
    db.run("UPDATE outgoing SET rest = :left WHERE id = :id", left=left, id=row[0])
    return row[0], inboxes[:limit]


def end_if_done(db: Writer, id: int) -> None:
    """An activity that is for nobody after all goes."""
    _delete_finished(db, [id])


def next_for(db: Reader, host: str, limit: int, without: Collection[AccountId] = ()) -> list[Delivery]:
    """The oldest that wait for a server; not those of the senders `without`."""
    others = f"AND NOT outgoing.account_id {among('without')}" if without else ""
    rows = db.rows(
        f"""
        SELECT delivery.host, delivery.outgoing_id, delivery.inbox, delivery.tries, outgoing.account_id, outgoing.body,
               outgoing.is_finished
          FROM delivery JOIN outgoing ON outgoing.id = delivery.outgoing_id
         WHERE delivery.host = :host {others}
         ORDER BY delivery.outgoing_id, delivery.inbox LIMIT :limit
        """,
        host=host,
        limit=limit,
        **({"without": numbers(without)} if without else {}),
    )
    return [Delivery(row[0], row[1], row[2], row[3], row[4], bytes(row[5]), bool(row[6])) for row in rows]


def are_older(db: Reader, host: str, id: int) -> bool:
    """Whether anything waits for a server that is older than an id."""
    sql = "SELECT 1 FROM delivery WHERE host = :host AND outgoing_id < :id LIMIT 1"
    return db.value(sql, host=host, id=id) is not None


def not_left(db: Reader, host: str, limit: int) -> list[Delivery]:
    """The oldest that wait for a server and were not yet looked at as something to be left at a mirror."""
    rows = db.rows(
        """
        SELECT delivery.host, delivery.outgoing_id, delivery.inbox, delivery.tries, outgoing.account_id, outgoing.body,
               outgoing.is_finished
          FROM delivery JOIN outgoing ON outgoing.id = delivery.outgoing_id
         WHERE delivery.host = :host AND delivery.carried_at IS NULL
         ORDER BY delivery.outgoing_id, delivery.inbox LIMIT :limit
        """,
        host=host,
        limit=limit,
    )
    return [Delivery(row[0], row[1], row[2], row[3], row[4], bytes(row[5]), bool(row[6])) for row in rows]


def note_left(db: Writer, one: Delivery, at: int) -> None:
    """When it was left at a mirror; 0: it is not for mirrors."""
    db.run(
        "UPDATE delivery SET carried_at = :at WHERE host = :host AND outgoing_id = :id AND inbox = :inbox",
        at=at,
        host=one.host,
        id=one.outgoing_id,
        inbox=one.inbox,
    )


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


def fetched(db: Writer, host: str, ids: Collection[int]) -> None:
    """A server has fetched what waited for it, whichever of its inboxes that was for."""
    db.run(
        f"DELETE FROM delivery WHERE host = :host AND outgoing_id {among('ids')}", host=host, ids=numbers(ids)
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
        DELETE FROM outgoing WHERE id {among("ids")} AND rest IS NULL
           AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.outgoing_id = outgoing.id)
        """,
        **of_these,
    )
