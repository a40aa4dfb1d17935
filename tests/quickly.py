"""
What takes long on purpose or by nature, made quick where no test is about it.

A sixth of all the processor's time went into it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from martlet.signing import passwords
from martlet.signing.keys import PrivateKey

AS_SERVED = {name: getattr(passwords, name) for name in ("_MEMORY_KIB", "_ITERATIONS", "_PARAMETERS")}
"""What passwords cost a server."""
CHEAP = {"_MEMORY_KIB": 8, "_ITERATIONS": 1, "_PARAMETERS": "$argon2id$v=19$m=8,t=1,p=1$"}
KEYS = 32
"""RSA keys that are made in each process of the tests; more than one test needs."""


@contextmanager
def hashing(parameters: dict[str, object]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in parameters.items():
            patch.setattr(passwords, name, value)
        passwords._dummy.cache_clear()
        yield
    passwords._dummy.cache_clear()


@contextmanager
def handing_out_keys() -> Iterator[None]:
    """Each RSA key is another one than the last ones, and comes again much later."""
    make, made, turns, lock = PrivateKey.make_rsa, list[PrivateKey](), count(), threading.Lock()

    def handed_out(_: type[PrivateKey]) -> PrivateKey:
        with lock:
            turn = next(turns) % KEYS
            if turn == len(made):
                made.append(make())
            return made[turn]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrivateKey, "make_rsa", classmethod(handed_out))
        yield
