"""
Taking in what was read at a mirror: the author's own documents, each of which proves itself or is left out.

Only what is certain is taken: signed with keys that the author's server has named, before it was away, or counted by a
checkpoint from before such a key was revoked (`covering`). They pass the same gate as what comes in a file
(`importing_bundles`), and are told of as what comes over the network, because it is news.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.model.carrying import Outcome, Refusal, Trust
from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.services import covering, importing_bundles
from martlet.services.checking_bundles import AT_ONCE, Checked, Checker
from martlet.services.covering import Dated
from martlet.storage.database import Store

MOST_WAITING = 16 * 1024 * 1024
"""Bytes of documents that may be waited with."""


@dataclass(slots=True)
class Reading:
    """
    What `author` wrote, as `mirror` has it, page by page.

    A month is counted whole, and its documents may stand on several pages: what is not certain on its own page is looked at
    again at the end, beside all of them.
    """

    store: Store
    author: Uri
    mirror: str
    here: Server
    is_news: bool = True
    _there: dict[str, list[Dated]] = field(default_factory=lambda: defaultdict(list))
    _waiting: list[Line] = field(default_factory=list)
    _bytes: int = 0

    async def take_in(self, page: Sequence[Line]) -> int:
        """Documents, and the checkpoint of the log; returns how many documents were new."""
        for author, some in covering.of_lines(page).items():
            self._there[author] += some
        return await self._look_at(page)

    async def end(self) -> int:
        """There are no more pages; returns how many documents were new after all."""
        again, self._waiting = self._waiting, []
        return await self._look_at(again)

    async def _look_at(self, lines: Sequence[Line]) -> int:
        checker, new = Checker(self.here, "share", lambda: self._there, self.mirror), 0
        for begin in range(0, len(lines), AT_ONCE):
            checked = await self.store.reading_aside(checker.checked, lines[begin : begin + AT_ONCE])
            own = [one for one in checked if one.carried is not None and one.carried.author == self.author]
            certain = list(filter(_is_certain, own))
            self._wait_with(one.line for one in own if not _is_certain(one))
            if certain:
                outcomes = await self.store.writing(
                    importing_bundles.record, certain, ((), ()), self.here, is_return=self.is_news
                )
                new += sum(map(_is_new, certain, outcomes))
        return new

    def _wait_with(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._bytes += len(line.body)
            if self._bytes <= MOST_WAITING:
                self._waiting.append(line)


def _is_certain(one: Checked) -> bool:
    return one.carried is not None and one.carried.trust is Trust.CONFIRMED


def _is_new(one: Checked, outcome: Outcome | Refusal) -> bool:
    return outcome in (Outcome.NEW, Outcome.NEWER) and one.line.part != bundles.CHECKPOINTS
