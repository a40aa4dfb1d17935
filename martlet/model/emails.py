"""
E-mail addresses, read by a grammar narrower than the standard's.

What two programs could read differently (several `@`, quotes, comments, `%`,
lists) is refused: an address is compared, blocked and written to as one thing
(attacks A13).
"""

import re

LIMIT = 320
_LOCAL = re.compile(r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+)*")
_LOCAL_LIMIT = 64
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_DOMAIN_LIMIT = 253


def read(text: str) -> str | None:
    """The address as it is kept, its domain in lower case; None if it is none we would write to."""
    text = text.strip(" ")
    local, at, domain = text.partition("@")
    domain = domain.lower()
    if not at or len(text) > LIMIT or len(local) > _LOCAL_LIMIT or len(domain) > _DOMAIN_LIMIT:
        return None
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    return f"{local}@{domain}"
