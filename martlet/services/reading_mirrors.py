"""
Taking in what was read at a mirror: the author's own documents, each of which proves itself or is left out.

Only what is certain is taken: signed with keys that the author's server has named, before it was away, or counted by a
checkpoint from before such a key was revoked (`covering`). They pass the same gate as what comes in a file
(`importing_bundles`), and are told of as what comes over the network, because it is news.
"""

from collections.abc import Sequence

from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.model.carrying import Outcome, Refusal, Trust
from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.services import covering, importing_bundles
from martlet.services.checking_bundles import AT_ONCE, Checked, Checker
from martlet.storage.database import Store


async def take_in(
    store: Store, lines: Sequence[Line], author: Uri, mirror: str, here: Server, *, is_news: bool = True
) -> int:
    """Documents by `author`, and the checkpoint of the log, as `mirror` has them; returns how many documents were new."""
    checker, new = Checker(here, "share", lambda: covering.of_lines(lines), mirror), 0
    for begin in range(0, len(lines), AT_ONCE):
        checked = await store.reading_aside(checker.checked, lines[begin : begin + AT_ONCE])
        certain = [one for one in checked if _is_certain(one, author)]
        if certain:
            outcomes = await store.writing(
                importing_bundles.record, certain, ((), ()), here, is_return=is_news
            )
            new += sum(map(_is_new, certain, outcomes))
    return new


def _is_new(one: Checked, outcome: Outcome | Refusal) -> bool:
    return outcome in (Outcome.NEW, Outcome.NEWER) and one.line.part != bundles.CHECKPOINTS


def _is_certain(one: Checked, author: Uri) -> bool:
    return one.carried is not None and one.carried.author == author and one.carried.trust is Trust.CONFIRMED
