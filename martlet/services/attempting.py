"""
How often something may be tried: signing in, second steps, mail to one address.

Counted in the database, so that all processes agree and a restart forgets
nothing. What is counted is kept as a digest. Whoever counts does so before
trying, in a transaction of its own, so that many at once are not more.
"""

from dataclasses import dataclass
from hashlib import blake2b

from martlet.model.errors import TooMany
from martlet.model.server import Server, moment
from martlet.services import sweeping
from martlet.storage import attempts
from martlet.storage.database import Writer


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` times in `minutes`."""

    name: str
    limit: int
    minutes: int


SIGN_IN_FROM_HERE = Rule("sign-in-pair", 10, 15)
"""One account from one network."""
SIGN_IN_TO_ACCOUNT = Rule("sign-in-account", 60, 60)
"""One account from anywhere: so high that a stranger cannot easily keep its owner out."""
SIGN_IN_FROM_NETWORK = Rule("sign-in-network", 40, 15)
"""Any account from one network."""
SECOND_STEP = Rule("second-step", 5, 15)
PASSWORD_CHECK = Rule("password-check", 10, 15)
"""The password asked for again in the settings."""
MAIL_TO_ADDRESS = Rule("mail-address", 5, 30)
MAIL_FROM_NETWORK = Rule("mail-network", 20, 30)
REPORTS = Rule("reports", 30, 60)
"""Reports by one person."""
ONCE_MS = 3_600_000
SIGN_UP_FROM_NETWORK = Rule("sign-up-network", 10, 30)


def count(db: Writer, rule: Rule, who: str, here: Server) -> None:
    """Raises `TooMany`."""
    length = rule.minutes * 60_000
    now = here.now_ms()
    window_at = now - now % length
    tries = attempts.count(db, _name(rule, who), window_at)
    if tries > rule.limit:
        raise TooMany("That was too often. Please wait a while and try again.", moment(window_at + length))
    if tries == 1:
        sweeping.want(db, here)


def is_first(db: Writer, kind: str, what: str, here: Server) -> bool:
    """
    Whether something that is good once is shown for the first time.

    For what is over after an hour: later it would be the first time again.
    """
    name, now = f"{kind}:{blake2b(what.encode(), digest_size=16).hexdigest()}", here.now_ms()
    window_at = now - now % ONCE_MS
    sweeping.want(db, here)
    return attempts.count(db, name, window_at) == 1 and not attempts.tries(db, name, window_at - ONCE_MS)


def forget(db: Writer, rule: Rule, who: str) -> None:
    """It was the right person after all."""
    attempts.forget(db, _name(rule, who))


def _name(rule: Rule, who: str) -> str:
    return f"{rule.name}:{blake2b(who.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
