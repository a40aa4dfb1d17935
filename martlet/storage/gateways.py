"""
Roads to accounts and servers that are not the direct one, learned before they are needed.

A *gateway* of an account is a server that hands out its signed documents, by the account's own word: its actor
document or its continuity statement. An *address* of a server is another name under which that server answers, by
its own word. Both are only where to ask: what is found there has to prove itself.

What a newer list leaves out is kept, and tried last: whoever takes a server over shall not be able to take away the
roads round it. What nobody follows is forgotten in time (`forget_unfollowed`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from martlet.model.names import Uri, host_of
from martlet.storage.database import Reader, Writer

MOST_GATEWAYS = 8
"""Listed for one account; as many again that are not listed any more."""
MOST_ADDRESSES = 8
"""Of one server."""
_MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Gateway:
    """A server that carries an account, and how far that account's log was read there."""

    actor: Uri
    address: str
    is_listed: bool
    sequence: int
    cursor: str
    etag: str


_COLUMNS = "gateway.actor, gateway.address, gateway.is_listed, gateway.sequence, gateway.cursor, gateway.etag"


def learn(db: Writer, actor: Uri, addresses: Sequence[str], sequence: int, now: int) -> bool:
    """
    What an account lists as its gateways, the first to be asked first; returns whether anything is new.

    `addresses`: without a path, checked by whoever calls. `sequence`: of its continuity statement, 0 where none says
    so; a list of a lower one than is known changes nothing. Whoever calls has seen that it is the account's own word.
    """
    wanted = list(dict.fromkeys(addresses))[:MOST_GATEWAYS]
    known = {one.address: one for one in of_actor(db, actor)}
    if any(one.sequence > sequence for one in known.values()):
        return False
    listed = [one.address for one in known.values() if one.is_listed]
    if listed == wanted and all(known[address].sequence == sequence for address in wanted):
        return False
    db.run(
        "UPDATE gateway SET is_listed = 0, sequence = :sequence WHERE actor = :actor",
        actor=actor,
        sequence=sequence,
    )
    db.run_each(
        """
        INSERT INTO gateway (actor, address, host, place, is_listed, sequence, learned_at)
        VALUES (:actor, :address, :host, :place, 1, :sequence, :now)
        ON CONFLICT (actor, address)
        DO UPDATE SET place = excluded.place, is_listed = 1, sequence = excluded.sequence, learned_at = excluded.learned_at
        """,
        (
            {
                "actor": actor,
                "address": address,
                "host": host_of(actor),
                "place": place,
                "sequence": sequence,
                "now": now,
            }
            for place, address in enumerate(wanted)
        ),
    )
    _drop_oldest(db, actor)
    return listed != wanted


def _drop_oldest(db: Writer, actor: Uri) -> None:
    db.run(
        """
        DELETE FROM gateway
         WHERE actor = :actor AND is_listed = 0
           AND address NOT IN (SELECT address FROM gateway WHERE actor = :actor AND is_listed = 0
                                ORDER BY learned_at DESC, address LIMIT :most)
        """,
        actor=actor,
        most=MOST_GATEWAYS,
    )


def of_actor(db: Reader, actor: Uri) -> list[Gateway]:
    """Those of an account, the first to be asked first; what its newest list leaves out comes last."""
    rows = db.rows(
        f"""
        SELECT {_COLUMNS} FROM gateway WHERE actor = :actor
         ORDER BY is_listed DESC, place, learned_at DESC, address
        """,
        actor=actor,
    )
    return [_gateway(row) for row in rows]


def at_host(db: Reader, host: str, limit: int) -> list[str]:
    """Servers that carry accounts of a host, for what is known by its name only."""
    rows = db.rows(
        """
        SELECT address
          FROM (SELECT address, is_listed FROM gateway WHERE host = :host ORDER BY actor LIMIT :most) AS part
         GROUP BY address ORDER BY MAX(is_listed) DESC, COUNT(*) DESC, address LIMIT :limit
        """,
        host=host,
        most=_MOST_LOOKED_AT,
        limit=limit,
    )
    return [row[0] for row in rows]


def followed_at(db: Reader, host: str, limit: int) -> list[Uri]:
    """Accounts of a host that somebody here follows and that have gateways."""
    rows = db.rows(
        f"""
        SELECT DISTINCT gateway.actor
          FROM gateway JOIN account ON account.uri = gateway.actor
         WHERE gateway.host = :host AND {_IS_FOLLOWED} ORDER BY gateway.actor LIMIT :limit
        """,
        host=host,
        limit=limit,
    )
    return [Uri(row[0]) for row in rows]


def followed_hosts(db: Reader, after: str, limit: int) -> list[str]:
    """Servers with accounts that somebody here follows and that have gateways, by name."""
    rows = db.rows(
        f"""
        SELECT DISTINCT gateway.host
          FROM gateway JOIN account ON account.uri = gateway.actor
         WHERE gateway.host > :after AND {_IS_FOLLOWED} ORDER BY gateway.host LIMIT :limit
        """,
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]


_IS_FOLLOWED = """
    EXISTS (SELECT 1 FROM follow JOIN account AS follower ON follower.id = follow.follower_id
             WHERE follow.followed_id = account.id AND follow.is_accepted = 1 AND follower.host = '')
"""


def note_read(db: Writer, actor: Uri, address: str, cursor: str, etag: str) -> None:
    """How far an account's log was read at a gateway."""
    db.run(
        "UPDATE gateway SET cursor = :cursor, etag = :etag WHERE actor = :actor AND address = :address",
        actor=actor,
        address=address,
        cursor=cursor,
        etag=etag,
    )


def forget_unfollowed(db: Writer, before: int, limit: int) -> int:
    """Drop what was learned before a moment of accounts that nobody here follows; returns how many rows."""
    return db.run(
        f"""
        DELETE FROM gateway
         WHERE actor IN (SELECT actor FROM gateway
                          WHERE learned_at < :before
                            AND NOT EXISTS (SELECT 1 FROM account WHERE account.uri = gateway.actor AND {_IS_FOLLOWED})
                          ORDER BY learned_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )


def _gateway(row: tuple[str, str, int, int, str, str]) -> Gateway:
    return Gateway(Uri(row[0]), row[1], bool(row[2]), row[3], row[4], row[5])


# -- of servers --------------------------------------------------------------


def learn_addresses(db: Writer, host: str, addresses: Sequence[str], now: int) -> None:
    """What a server says, at its own name, are its other addresses; what it said before is forgotten."""
    wanted = list(dict.fromkeys(addresses))[:MOST_ADDRESSES]
    if addresses_of(db, host) == wanted:
        return
    db.run("DELETE FROM peer_address WHERE host = :host", host=host)
    db.run_each(
        "INSERT INTO peer_address (host, address, place, learned_at) VALUES (:host, :address, :place, :now)",
        (
            {"host": host, "address": address, "place": place, "now": now}
            for place, address in enumerate(wanted)
        ),
    )


def addresses_of(db: Reader, host: str) -> list[str]:
    """Other addresses of a server, in the order in which it named them."""
    rows = db.rows("SELECT address FROM peer_address WHERE host = :host ORDER BY place", host=host)
    return [row[0] for row in rows]
