"""Blocking whole servers, each person for themselves: to see no more of anybody there."""

import msgspec

from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import severing
from martlet.storage import domain_blocks, events
from martlet.storage.database import Reader, Store, Writer
from martlet.text import names

PART = "part_with_server"
BLOCKED = 1000
AT_ONCE = 50
"""Follows ended in one transaction."""


class TooManyBlocked(InvalidInput):
    code = "too_many_blocked"

    def __init__(self) -> None:
        super().__init__(f"Validation failed: You cannot block more than {BLOCKED} domains")


class Parting(msgspec.Struct, frozen=True):
    """The follows between an account and a server are to end, if it is still blocked."""

    account: AccountId
    host: str


def host_in(text: str) -> str:
    """A host in its one spelling. Raises `InvalidInput`."""
    if not text.strip():
        raise InvalidInput("Validation failed: Domain can't be blank", "domain")
    try:
        return names.normalise_host(text.strip())
    except names.InvalidHost:
        raise InvalidInput("Validation failed: Domain is not a valid domain name", "domain") from None


def block(db: Writer, account: AccountId, text: str, here: Server) -> None:
    """
    See no more of anybody of a server; follows and requests end both ways, soon.

    Done twice it is done once. Raises `InvalidInput` for what is no host, `TooManyBlocked`.
    """
    host = host_in(text)
    if not domain_blocks.put(db, account, host, here.next_id()):
        return
    if domain_blocks.count(db, account) > BLOCKED:
        raise TooManyBlocked
    domain_blocks.delete_notifications(db, account, host)
    body = msgspec.json.encode(Parting(account, host)).decode()
    events.add_job(db, PART, body, here.now_ms(), key=f"{PART}:{account}:{host}")


def unblock(db: Writer, account: AccountId, text: str) -> None:
    """Nothing where it was not blocked. Raises `InvalidInput` for what is no host."""
    domain_blocks.delete(db, account, host_in(text))


def severed(db: Reader, account: AccountId, text: str) -> tuple[int, int]:
    """How many followers, and how many followed, a block would cost. Raises `InvalidInput`."""
    return domain_blocks.counts(db, account, host_in(text))


async def part(store: Store, body: str, here: Server) -> None:
    """The job that ends the follows."""
    parting = msgspec.json.decode(body, type=Parting)
    while await store.writing(_part_with_some, parting, here):
        pass
    while await store.writing(severing.tell, "user_domain_block", parting.host, here):
        pass


def _part_with_some(db: Writer, parting: Parting, here: Server) -> bool:
    """Returns whether there may be more."""
    if not domain_blocks.is_blocked(db, parting.account, parting.host):
        return False
    found = domain_blocks.follows(db, parting.account, parting.host, AT_ONCE)
    for follower, followed in found:
        severing.end(db, (follower, followed), parting.account, "user_domain_block", parting.host, here)
    return len(found) == AT_ONCE
