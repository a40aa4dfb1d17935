"""
The one rule on who may have an account with which address and name, from where: for joining and for a new e-mail address.

What the operator does on the command line is not asked.
"""

from martlet.model.errors import NotAllowed
from martlet.model.moderation import domains_of
from martlet.model.server import Server
from martlet.model.sign_up_blocks import (
    STRICTNESS,
    CanonicalEmailBlock,
    IpSeverity,
    UsernameBlock,
    digest_of,
    networks_around,
)
from martlet.storage import day_counts, sign_up_blocks
from martlet.storage.database import Reader, Writer
from martlet.text import names

ATTEMPTS = "sign-ups with a blocked e-mail domain"


class NetworkBlocked(NotAllowed):
    code = "network_blocked"

    def __init__(self) -> None:
        super().__init__("Nobody can join this server from your network.")


def blocked_domain(db: Reader, email: str) -> str | None:
    """The rule about the domain of a readable address, or about one above it."""
    return sign_up_blocks.blocked_domain(db, domains_of(email.rpartition("@")[2].lower()))


def blocked_host(db: Reader, name: str) -> str | None:
    """The rule about a machine that takes mail, or about a domain above it."""
    return sign_up_blocks.blocked_domain(db, domains_of(name))


def is_email_blocked(db: Reader, email: str) -> bool:
    return (
        blocked_domain(db, email) is not None
        or sign_up_blocks.find_by_key(db, CanonicalEmailBlock, digest_of(email)) is not None
    )


def is_username_blocked(db: Reader, username: str) -> bool:
    """Whether a name is one of those kept back, or contains one, to a hasty eye."""
    seen = names.looks(username)
    for one in sign_up_blocks.every(db, UsernameBlock):
        word = names.looks(one.word)
        if seen == word or (not one.is_exact and word in seen):
            return True
    return False


def severity_for(db: Reader, address: str, here: Server) -> IpSeverity | None:
    """The strictest rule about where somebody comes from."""
    found = sign_up_blocks.severities(db, networks_around(address), here.now_ms())
    return max((IpSeverity(one) for one in found), key=STRICTNESS.__getitem__, default=None)


def check_network(db: Reader, address: str, here: Server) -> None:
    """Raises `NetworkBlocked`."""
    found = severity_for(db, address, here)
    if found is not None and STRICTNESS[found] >= STRICTNESS[IpSeverity.NO_SIGN_UP]:
        raise NetworkBlocked


def needs_approval(db: Reader, address: str, here: Server) -> bool:
    """Whether a moderator has to let in whoever joins from there, whatever else is so."""
    return severity_for(db, address, here) is IpSeverity.APPROVAL


def count_attempt(db: Writer, domain: str, here: Server) -> None:
    """Somebody tried to join with a blocked domain."""
    day_counts.add(db, ATTEMPTS, here.now_ms() // day_counts.DAY_MS, domain)
