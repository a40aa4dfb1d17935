"""
Requests that have been taken, so that the same one again costs next to nothing.

A signature is good for as long as its date is (`signing.signed_requests`), and
whoever sees a signed request go by can send it again. It has no second effect
whatever we remember here: an act is taken once by its name, which the signature
covers. This is for the cost: who sends what was taken already is answered
before the body is read, a key looked for or the database asked.

Each process remembers for itself, the last `KEPT` requests at most.
"""

import hashlib
from collections import OrderedDict

from martlet.http.request import Request
from martlet.signing.signed_requests import MAX_AGE, SKEW

KEPT = 20_000
_LONGEST = int((MAX_AGE + SKEW).total_seconds() * 1000)


def mark_of(request: Request) -> bytes:
    """What two requests have in common only if they are the same: signature, what it covers, address."""
    signature, covered = request.header(b"signature"), request.header(b"signature-input")
    return hashlib.blake2b(f"{request.target}\n{signature}\n{covered}".encode(), digest_size=16).digest()


class Taken:
    """Marks of requests, until no signature of theirs would be good any more."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._until: OrderedDict[bytes, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._until)

    def has(self, mark: bytes, now: int) -> bool:
        return self._until.get(mark, 0) > now

    def put(self, mark: bytes, now: int) -> None:
        self._until[mark] = now + _LONGEST
        self._until.move_to_end(mark)
        while len(self._until) > self._kept:
            self._until.popitem(last=False)
