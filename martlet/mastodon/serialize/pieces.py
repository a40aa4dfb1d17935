"""
What everybody is shown of a post, as the beginning of its JSON.

A post's rendered body, its author and its counts are put together once and
kept in the process's memory. They are found again only under the very versions
and counts that the page's own query has just read, so nothing old is shown.
"""

import threading
from collections.abc import Mapping, Sequence

from martlet.mastodon.serialize import bodies
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.services import rendering
from martlet.storage import rendered
from martlet.storage.database import Reader, Writer

KEPT_BYTES = 16 * 1024 * 1024

Core = tuple[PostId, AccountId, int, int, int, int, int, int]
"""Post, author, the author's version, the post's version; answers, boosts, likes, quotes."""


class Pieces:
    """The pieces of one process: `{…,"account":{…},"replies_count":0,…,"quotes_count":0`, without an end."""

    def __init__(self, here: Server, accounts: AccountBytes, keep: rendering.Keep) -> None:
        self._here = here
        self._accounts = accounts
        self._keep_body = keep
        self._kept: dict[PostId, tuple[Core, bytes]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def of(self, db: Reader, cores: Mapping[PostId, Core]) -> dict[PostId, bytes]:
        """Posts that were deleted since they were read are left out."""
        kept = self._kept
        found: dict[PostId, bytes] = {}
        missing: list[Core] = []
        for id, core in cores.items():
            one = kept.get(id)
            if one is not None and one[0] == core:
                found[id] = one[1]
            else:
                missing.append(core)
        if missing:
            made = self._make(db, missing)
            if not isinstance(db, Writer):  # what is written may still be taken back
                self._keep(
                    [core for core in missing if core[0] in made and self._accounts.has(core[1], core[2])],
                    made,
                )
            found |= made
        return found

    def _make(self, db: Reader, cores: Sequence[Core]) -> dict[PostId, bytes]:
        bodies_of = self._bodies(db, {core[0]: bodies.version(core[3]) for core in cores})
        accounts_of = self._accounts.of(db, {core[1]: core[2] for core in cores})
        return {
            core[
                0
            ]: b'{%b,"account":%b,"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":%d'
            % (bodies_of[core[0]], accounts_of[core[1]], *core[4:])
            for core in cores
            if core[0] in bodies_of and core[1] in accounts_of
        }

    def _bodies(self, db: Reader, versions: Mapping[PostId, int]) -> dict[PostId, bytes]:
        """As they were kept in the database; what is not there is rendered."""
        found = rendered.bodies(db, versions)
        missing = versions.keys() - found.keys()
        if missing:
            fresh = bodies.render(db, missing, self._here)
            self._keep_body(db, fresh)
            found |= {id: body for id, (_, body) in fresh.items()}
        return found

    def _keep(self, cores: Sequence[Core], made: Mapping[PostId, bytes]) -> None:
        with self._lock:
            for core in cores:
                id = core[0]
                before = self._kept.pop(id, None)
                self._kept[id] = (core, made[id])
                self._size += len(made[id]) - (len(before[1]) if before else 0)
            while self._size > KEPT_BYTES:
                oldest = next(iter(self._kept))
                self._size -= len(self._kept.pop(oldest)[1])
