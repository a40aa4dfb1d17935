"""Activities that their author's server cannot bring where they belong, and that a mirror may bring there."""

from collections.abc import Iterable
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Stuck:
    """A delivery to a server that has not answered several times."""

    host: str
    outgoing_id: int
    inbox: str
    body: bytes


def stuck(db: Reader, sender: AccountId, since: int, failures: int, limit: int) -> list[Stuck]:
    """What somebody has done since a moment and waits for servers that failed so often in a row, the oldest first."""
    rows = db.rows(
        """
        SELECT delivery.host, delivery.outgoing_id, delivery.inbox, outgoing.body
          FROM outgoing
          JOIN delivery ON delivery.outgoing_id = outgoing.id AND delivery.pushed_at IS NULL
          JOIN peer ON peer.host = delivery.host AND peer.failures >= :failures
         WHERE outgoing.account_id = :sender AND outgoing.created_at >= :since
         ORDER BY outgoing.id LIMIT :limit
        """,
        sender=sender,
        since=since,
        failures=failures,
        limit=limit,
    )
    return [Stuck(row[0], row[1], row[2], bytes(row[3])) for row in rows]


def note_pushed(db: Writer, some: Iterable[Stuck], now: int) -> None:
    """A mirror brings them; the direct way is tried all the same."""
    db.run_each(
        """
        UPDATE delivery SET pushed_at = :now
         WHERE host = :host AND outgoing_id = :outgoing AND inbox = :inbox
        """,
        ({"now": now, "host": one.host, "outgoing": one.outgoing_id, "inbox": one.inbox} for one in some),
    )
