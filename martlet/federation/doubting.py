"""
Whose key a server cannot check just now: a 429 or 503 with one of our codes in it concerns one signer, not the host.

What this account sends there waits, and all else goes on. Each process remembers for itself; a server that says so
of many, or again and again, is left alone as a whole.
"""

import msgspec

from martlet.model.names import AccountId

STATUSES = frozenset((429, 503))
CODES = frozenset(("key_may_be_newer", "key_out_of_reach"))
"""Those of `federation.asking`."""
MOST_SIGNERS = 8
MOST_HOSTS = 256
"""Each is looked at again every few seconds meanwhile."""


class _Refusal(msgspec.Struct):
    code: str = ""


def is_of_one_signer(status: int, body: bytes) -> bool:
    """Whether an answer, of a few KiB at most, says that only the key of this request is in doubt."""
    if status not in STATUSES:
        return False
    try:
        return msgspec.json.decode(body, type=_Refusal).code in CODES
    except (ValueError, RecursionError):
        return False


class Doubts:
    def __init__(self) -> None:
        self._until: dict[str, dict[AccountId, int]] = {}

    def put(self, host: str, signer: AccountId, now: int, until: int) -> bool:
        """Let what a signer sends there wait until a moment, in milliseconds; False where too many wait already."""
        others = self.at(host, now) - {signer}
        if len(others) >= MOST_SIGNERS:
            return False
        if len(self._until) >= MOST_HOSTS and host not in self._until:
            for one in list(self._until):
                self.at(one, now)
            if len(self._until) >= MOST_HOSTS:
                return False
        self._until.setdefault(host, {})[signer] = until
        return True

    def at(self, host: str, now: int) -> frozenset[AccountId]:
        """Who waits now."""
        of_host = {one: until for one, until in self._until.pop(host, {}).items() if until > now}
        if of_host:
            self._until[host] = of_host
        return frozenset(of_host)
