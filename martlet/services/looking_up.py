"""
Looking up many people and posts of other servers, politely: one after the other at each server, and few servers together.

A server that does not answer is asked no more, and what it was to be asked counts as not found: the caller comes
back to that later.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from martlet.archives.tables import Row
from martlet.model.names import AccountId, Uri, host_of
from martlet.services.ports import Ground, Resolver
from martlet.storage import accounts, bulk_imports, uris
from martlet.storage.database import Reader
from martlet.text import names

SERVERS = 4
"""Servers asked at the same time."""
POSTS = ("bookmarks", "posts")
"""Kinds of imports whose rows name posts."""
PAUSE = 0.2
"""Seconds between two questions to one server."""


@dataclass(slots=True)
class Lookups:
    ground: Ground
    resolver: Resolver
    _silent: set[str] = field(default_factory=set)
    """Servers that did not answer."""

    async def look_up(
        self, kind: str, account: AccountId, rows: Sequence[tuple[int, Row]]
    ) -> dict[int, str | None]:
        """For each row, by its number, the uri under which it was found; None where nobody was asked, or in vain."""
        found: dict[int, str | None] = {}
        by_host: dict[str, list[tuple[int, str]]] = {}
        for position, row in rows:
            host = (
                None if kind in ("domain_blocks", "filters") else await self._host_to_ask(kind, account, row)
            )
            if host is None:
                found[position] = None
            else:
                by_host.setdefault(host, []).append((position, row.of))
        turns = asyncio.Semaphore(SERVERS)

        async def ask_one_server(host: str, wanted: Sequence[tuple[int, str]]) -> None:
            async with turns:
                for at, (position, name) in enumerate(wanted):
                    if at and host not in self._silent:
                        await asyncio.sleep(PAUSE)
                    found[position] = await self._ask(kind, host, name)

        await asyncio.gather(*(ask_one_server(*one) for one in by_host.items()))
        return found

    async def _host_to_ask(self, kind: str, account: AccountId, row: Row) -> str | None:
        """The host to ask for a row; None where it is known, of this server, or no valid name."""
        here = self.ground.here
        if kind in POSTS:
            host = host_of(Uri(row.of))
            is_known = await self.ground.store.reading(_is_known_post, account, Uri(row.of))
            return None if is_known or host == here.host else host
        try:
            username, other = names.parse_handle(row.of, names.own_hosts(here.host))
        except names.InvalidHandle:
            return None
        known = (
            None
            if other is None
            else await self.ground.store.reading(accounts.find_by_handle, username, other)
        )
        return other if known is None else None

    async def _ask(self, kind: str, host: str, name: str) -> Uri | None:
        if host in self._silent:
            return None
        if kind in POSTS:
            found = await self.resolver.address(name)
        else:
            found = await self.resolver.handle(name.strip().removeprefix("@"))
        if found is None and not await self.resolver.answers(host):
            self._silent.add(host)
        return found


def _is_known_post(db: Reader, account: AccountId, uri: Uri) -> bool:
    """Whether it is here, or came with an archive of the account's."""
    return bulk_imports.imported_post(db, account, uri) is not None or uris.find_post(db, uri) is not None
