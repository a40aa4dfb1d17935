"""
Making, changing and ending the rules about who gets an account.

What is typed is brought into one spelling by the functions `…_rule`; each
change is an entry of the audit log. What the rules do is in
`screening_sign_ups.py` and `barring.py`.
"""

import ipaddress
import re
from dataclasses import asdict, replace
from typing import TypeVar

import msgspec

from martlet.model import emails
from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.model.sign_up_blocks import (
    KINDS,
    Block,
    CanonicalEmailBlock,
    EmailDomainBlock,
    IpBlock,
    IpSeverity,
    Networks,
    UsernameBlock,
    digest_of,
    network_in,
)
from martlet.services import auditing, permitting, restricting
from martlet.storage import sign_up_blocks
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.text import names
from martlet.text.cleaning import one_line

B = TypeVar("B", bound=Block)

COMMENT = 1000
LONGEST_S = 100 * 366 * 86_400
MOST_WORDS = 1000
"""User names that are kept back: each sign-up is held against all of them."""
SHORTEST_PART = 3
"""Letters of a word that other names may not contain."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9_]{1,30}")
_FIELDS = {"domain": "Domain", "network": "Ip", "digest": "Canonical email hash", "word": "Username"}


# -- what is typed -------------------------------------------------------


def email_domain_rule(id: int, domain: str) -> EmailDomainBlock:
    """Raises `InvalidInput`."""
    if not domain.strip():
        raise InvalidInput("Validation failed: Domain can't be blank", "domain")
    return EmailDomainBlock(id, restricting.host_in(domain))


def ip_rule(id: int, network: str, severity: str | None, comment: str = "") -> IpBlock:
    """Raises `InvalidInput` for what is no network, is too wide, or would shut this machine out of its own server."""
    wrong = [] if severity else ["Severity can't be blank"]
    wrong += [] if network.strip() else ["Ip can't be blank"]
    if wrong:
        raise InvalidInput(f"Validation failed: {', '.join(wrong)}", "ip" if severity else "severity")
    found = network_in(network)
    if found.is_loopback and severity == IpSeverity.NO_ACCESS:
        raise InvalidInput("Validation failed: Ip is this machine's own", "ip")
    return IpBlock(id, str(found), IpSeverity(severity or ""), one_line(comment)[:COMMENT])


def running_out(block: IpBlock, seconds: int | None, here: Server) -> IpBlock:
    """The rule as it ends after so many seconds; None: never. Raises `InvalidInput`."""
    if seconds is None:
        return replace(block, expires_at=None)
    if not 0 < seconds <= LONGEST_S:
        raise InvalidInput("Validation failed: Expires in is invalid", "expires_in")
    return replace(block, expires_at=here.now_ms() + seconds * 1000)


def email_rule(id: int, email: str) -> CanonicalEmailBlock:
    """Raises `InvalidInput`."""
    found = emails.read(email)
    if found is None:
        what = "is invalid" if email.strip() else "can't be blank"
        raise InvalidInput(f"Validation failed: Email {what}", "email")
    return CanonicalEmailBlock(id, digest_of(found))


def digest_rule(id: int, digest: str) -> CanonicalEmailBlock:
    """Raises `InvalidInput`."""
    digest = digest.strip().lower()
    if not _DIGEST.fullmatch(digest):
        what = "is invalid" if digest else "can't be blank"
        raise InvalidInput(f"Validation failed: Canonical email hash {what}", "canonical_email_hash")
    return CanonicalEmailBlock(id, digest)


def username_rule(id: int, word: str, *, is_exact: bool) -> UsernameBlock:
    """Raises `InvalidInput`."""
    word = word.strip().lower()
    if not _WORD.fullmatch(word) or not names.looks(word):
        raise InvalidInput("Validation failed: Username must contain only letters, numbers and underscores")
    if not is_exact and len(names.looks(word)) < SHORTEST_PART:
        raise InvalidInput(
            f"Validation failed: Username is too short (minimum is {SHORTEST_PART} characters)"
        )
    return UsernameBlock(id, word, int(is_exact))


# -- deciding ------------------------------------------------------------


def get(db: Reader, kind: type[B], id: int) -> B:
    """Raises `NotFound`."""
    found = sign_up_blocks.find(db, kind, id)
    if found is None:
        raise NotFound
    return found


def get_by_key(db: Reader, kind: type[B], key: str) -> B:
    """By domain, network, digest or word. Raises `NotFound`."""
    found = sign_up_blocks.find_by_key(db, kind, key)
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def add(db: Writer, actor: Actor, block: B, here: Server, address: str = "") -> B:
    """`address`: from where the actor does it. Raises `NotAllowed` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_BLOCKS)
    _check_not_oneself(block, address)
    if isinstance(block, UsernameBlock) and len(sign_up_blocks.every(db, UsernameBlock)) >= MOST_WORDS:
        raise InvalidInput(f"There can be {MOST_WORDS} of them.")
    _put(db, block, is_new=True)
    auditing.record(db, actor, f"{block.kind}.add", _target(block), state(None), state(block), here)
    return block


def change(db: Writer, actor: Actor, block: B, here: Server, address: str = "") -> B:
    """Raises `NotAllowed`, `NotFound` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_BLOCKS)
    before = get(db, type(block), block.id)
    _check_not_oneself(block, address)
    if before != block:
        _put(db, block, is_new=False)
        was, is_now = state(before), state(block)
        auditing.record(db, actor, f"{block.kind}.change", _target(block), was, is_now, here)
    return block


def remove(db: Writer, actor: Actor, kind: type[B], id: int, here: Server) -> None:
    """Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_BLOCKS)
    block = get(db, kind, id)
    sign_up_blocks.delete(db, kind, id)
    auditing.record(db, actor, f"{kind.kind}.remove", _target(block), state(block), state(None), here)


def _check_not_oneself(block: Block, address: str) -> None:
    if not isinstance(block, IpBlock) or block.severity != IpSeverity.NO_ACCESS:
        return
    if address in Networks([ipaddress.ip_network(block.network)]):
        raise InvalidInput("Validation failed: Ip is where you are: you would lock yourself out", "ip")


def _put(db: Writer, block: Block, *, is_new: bool) -> None:
    try:
        with db.part():
            (sign_up_blocks.insert if is_new else sign_up_blocks.update)(db, block)
    except AlreadyThere:
        raise InvalidInput(f"Validation failed: {_FIELDS[block.key]} has already been taken") from None


def _target(block: Block) -> Target:
    return Target(block.kind, block.id, str(getattr(block, block.key)))


# -- taking back ---------------------------------------------------------


def state(block: Block | None) -> State:
    """What the audit log says of a rule, or of none."""
    return {"is_there": False} if block is None else {"is_there": True, **asdict(block)}


def state_of(db: Reader, kind: str, id: int) -> State:
    return state(sign_up_blocks.find(db, KINDS[kind], id))


def set_back(db: Writer, kind: str, id: int, wanted: State) -> None:
    """What an undoing does. Raises `InvalidInput` where there is another rule about the same by now."""
    if wanted["is_there"] is False:
        sign_up_blocks.delete(db, KINDS[kind], id)
        return
    block = msgspec.convert(wanted, KINDS[kind])
    _put(db, block, is_new=sign_up_blocks.find(db, KINDS[kind], id) is None)
