"""
What everybody is shown of a post, as the beginning of its JSON.

A post's rendered body, its author, its counts and its poll are put together
once and kept in the process's memory. They are found again only under the very
revision and author's version that the page's own query has just read, so
nothing old is shown.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from martlet.mastodon.serialize import bodies, polls, reactions
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.mastodon.serialize.polls import PollPiece
from martlet.mastodon.serialize.quotes import SAME_FOR_ALL
from martlet.mastodon.serialize.reactions import ReactionPiece
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.services import rendering
from martlet.storage import polls as poll_rows
from martlet.storage import posts, rendered
from martlet.storage.database import Reader, Writer
from martlet.storage.posts import Detail, Shown

KEPT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """One post in one revision, by one author in one version."""

    revision: int
    author_version: int
    author_id: AccountId
    detail: Detail
    head: bytes
    """`{…,"account":{…},"replies_count":0,…`, without an end; a boost's without counts, which are the boosted post's."""
    counts: bytes
    """`,"replies_count":0,…`"""
    poll: PollPiece | None
    reactions: tuple[ReactionPiece, ...]
    is_plain_but_for_poll: bool
    """No quote, reaction or pack, in one language, and anybody may quote it or nobody: all boosts are, whatever they boost."""
    packs: tuple[int, ...]
    """Those it links to."""
    heads: Mapping[str, bytes]
    """`head` in further languages; empty for nearly all."""
    is_lasting: bool
    """Whether it may be kept: some accounts' JSON says more than their version covers."""

    @property
    def is_plain(self) -> bool:
        """It is the same for everybody who made the same marks on it."""
        return self.poll is None and self.is_plain_but_for_poll


class Pieces:
    """The pieces of one process."""

    def __init__(self, here: Server, accounts: AccountBytes, keep: rendering.Keep) -> None:
        self._here = here
        self._accounts = accounts
        self._keep_body = keep
        self._kept: dict[PostId, Piece] = {}
        self._size = 0
        self._lock = threading.Lock()

    def of(self, db: Reader, shown: Sequence[Shown]) -> dict[PostId, Piece]:
        """Of the posts and of what they boost. Posts that were deleted since they were read are left out."""
        kept = self._kept
        found: dict[PostId, Piece] = {}
        missing: dict[PostId, int] = {}
        for id, revision, version, boosted, boosted_revision, boosted_version, _ in shown:
            piece = kept.get(id)
            if piece is not None and piece.revision == revision and piece.author_version == version:
                found[id] = piece
            else:
                missing[id] = version
            if boosted is not None:
                piece = kept.get(boosted)
                if (
                    piece is not None
                    and piece.revision == boosted_revision
                    and piece.author_version == boosted_version
                ):
                    found[boosted] = piece
                else:
                    missing[boosted] = boosted_version
        if missing:
            made = self._make(db, missing)
            if not isinstance(db, Writer):  # what is written may still be taken back
                self._keep(made)
            found |= made
        return found

    def _make(self, db: Reader, author_versions: Mapping[PostId, int]) -> dict[PostId, Piece]:
        details = posts.details(db, author_versions)
        bodies_of = self._bodies(db, {id: bodies.version(one.version) for id, one in details.items()})
        packs_of: dict[PostId, tuple[int, ...]] = {}
        for id in [id for id, body in bodies_of.items() if bodies.TAGGED in body]:
            bodies_of[id], packs_of[id] = bodies.apart(bodies_of[id])
        accounts_of = self._accounts.of(
            db, {one.author_id: author_versions[id] for id, one in details.items()}
        )
        asked = {one.poll_id: one for one in details.values() if one.poll_id is not None}
        polls_of = {
            poll.id: polls.piece_or_none(db, poll, asked[poll.id].author_id, self._here)
            for poll in poll_rows.many(db, asked).values()
        }
        reactions_of = reactions.pieces(db, list(details), self._here)
        several = {id: body for id, body in bodies_of.items() if bodies.SEVERAL in body}
        further = bodies.in_languages(db, several, self._here) if several else {}
        return {
            id: _piece(
                one,
                author_versions[id],
                _beginning(bodies_of[id], one, accounts_of[one.author_id]),
                polls_of.get(one.poll_id) if one.poll_id is not None else None,
                reactions_of.get(id, ()),
                packs_of.get(id, ()),
                others={
                    language: _beginning(body, one, accounts_of[one.author_id])
                    for language, body in further.get(id, {}).items()
                },
                is_lasting=self._accounts.kept(one.author_id, author_versions[id]) is not None,
            )
            for id, one in details.items()
            if id in bodies_of and one.author_id in accounts_of
        }

    def _bodies(self, db: Reader, versions: Mapping[PostId, int]) -> dict[PostId, bytes]:
        """As they were kept in the database; what is not there is rendered."""
        found = rendered.bodies(db, versions)
        missing = versions.keys() - found.keys()
        if missing:
            fresh = bodies.render(db, missing, self._here)
            self._keep_body(db, {id: one for id, one in fresh.items() if one[0] != bodies.NOT_KEPT})
            found |= {id: body for id, (_, body) in fresh.items()}
        return found

    def _keep(self, made: Mapping[PostId, Piece]) -> None:
        with self._lock:
            for id, piece in made.items():
                if not piece.is_lasting:
                    continue
                before = self._kept.pop(id, None)
                self._kept[id] = piece
                self._size += len(piece.head) - (len(before.head) if before else 0)
            while self._size > KEPT_BYTES:
                oldest = next(iter(self._kept))
                self._size -= len(self._kept.pop(oldest).head)


def _beginning(body: bytes, detail: Detail, account: bytes) -> bytes:
    return b'{%b,"account":%b' % (_body(body, detail), account)


def _body(body: bytes, detail: Detail) -> bytes:
    """Its words; sensitive, if its author's posts are shown so. No text can hold these bytes: its quotes are escaped."""
    if detail.is_author_sensitized:
        return body.replace(b'"sensitive":false', b'"sensitive":true', 1)
    return body


def _piece(
    detail: Detail,
    author_version: int,
    beginning: bytes,
    poll: PollPiece | None,
    chosen: tuple[ReactionPiece, ...],
    packs: tuple[int, ...],
    *,
    others: Mapping[str, bytes],
    is_lasting: bool,
) -> Piece:
    counts = b',"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":%d' % (
        detail.replies_count,
        detail.boosts_count,
        detail.likes_count,
        detail.quotes_count,
    )
    is_boost = detail.boost_of_id is not None
    return Piece(
        revision=detail.revision,
        author_version=author_version,
        author_id=detail.author_id,
        detail=detail,
        head=beginning if is_boost else beginning + counts,
        counts=counts,
        poll=poll,
        reactions=chosen,
        packs=packs,
        heads={language: one + counts for language, one in others.items()},
        is_lasting=is_lasting,
        is_plain_but_for_poll=(
            not chosen
            and not packs
            and not others
            and detail.quote_state is None
            and detail.quoting in SAME_FOR_ALL
        ),
    )
