"""
Passwords hashed and compared beside the event loop, two at a time.

Each takes some 40 ms and 19 MiB on purpose: two threads bound what a crowd of
strangers can make us spend, and the rest of the server goes on meanwhile.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from martlet.signing import passwords


@cache
def _hashers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, "hasher")


async def hash_password(password: str) -> str:
    """Raises `InvalidInput` if it is longer than we are willing to hash."""
    return await asyncio.get_running_loop().run_in_executor(_hashers(), passwords.hash_password, password)


async def is_right(password: str, stored: str | None) -> bool:
    """None for somebody who does not exist: no, after the same work."""
    return await asyncio.get_running_loop().run_in_executor(
        _hashers(), passwords.verify_password, password, stored
    )
