"""
Pages of statuses, put together from bytes.

Each post's body was rendered once (`bodies`), each account's JSON is kept by
version (`accounts`); what is added here is what changes often (counts) and
what differs from viewer to viewer (own marks, polls, filters, quotes).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from martlet.mastodon.serialize import bodies, polls, quotes
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.model.filters import FilterContext
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import rendering
from martlet.services.signing_in import Viewer
from martlet.storage import posts
from martlet.storage.database import Reader
from martlet.storage.posts import Shown

Extra = Callable[[PostId], bytes]
"""Further attributes of a post, as JSON that begins with a comma."""
Context = FilterContext
"""Where posts are shown, for the viewer's filters."""
Filtered = Callable[[Reader, Sequence[Shown], Viewer, Context | None], Mapping[PostId, bytes]]
"""Which filters of the viewer's match, as JSON lists of FilterResult by the id of the page's post; others match none."""

_TRUE, _FALSE, _NULL, _NONE = b"true", b"false", b"null", b"[]"


def _no_extra(_: PostId) -> bytes:
    return b""


def _no_filters(
    _db: Reader, _found: Sequence[Shown], _viewer: Viewer, _context: Context | None
) -> Mapping[PostId, bytes]:
    return {}


@dataclass(slots=True)
class StatusPages:
    """Serialises pages of statuses; one for each process."""

    here: Server
    accounts: AccountBytes
    keep: rendering.Keep = field(repr=False)
    """What to do with freshly rendered bodies."""
    filtered: Filtered = field(default=_no_filters, repr=False)
    """Asked only for viewers who have filters."""

    def page(
        self,
        db: Reader,
        found: Sequence[Shown],
        viewer: Viewer,
        extra: Extra = _no_extra,
        context: Context | None = None,
    ) -> bytes:
        """A JSON list. Filters for other contexts are left out; without a context all are told."""
        return b"[" + b",".join(self._each(db, found, viewer, extra, context)) + b"]"

    def each(
        self, db: Reader, found: Sequence[Shown], viewer: Viewer, context: Context | None = None
    ) -> list[bytes]:
        """The JSON of each post, in the same order."""
        return self._each(db, found, viewer, _no_extra, context)

    def one(self, db: Reader, shown: Shown, viewer: Viewer, extra: Extra = _no_extra) -> bytes:
        """A single JSON object."""
        return self._each(db, [shown], viewer, extra, None)[0]

    def by_id(
        self, db: Reader, ids: Sequence[PostId], viewer: Viewer, context: Context | None = None
    ) -> dict[PostId, bytes]:
        """The JSON of those posts that the viewer may see."""
        found = posts.shown(db, set(ids), viewer.account)
        each = self._each(db, found, viewer, _no_extra, context)
        return dict(zip((one.id for one in found), each, strict=True))

    def _each(
        self, db: Reader, found: Sequence[Shown], viewer: Viewer, extra: Extra, context: Context | None
    ) -> list[bytes]:
        def quoted(seen: Sequence[Shown]) -> list[bytes]:
            return self._all(db, seen, viewer, _no_extra, quotes.told(seen), context)

        embedded = quotes.embedded(db, found, viewer.account, self.here.now_ms(), quoted)
        return self._all(db, found, viewer, extra, embedded, context)

    def _all(
        self,
        db: Reader,
        found: Sequence[Shown],
        viewer: Viewer,
        extra: Extra,
        quotes_of: Mapping[PostId, bytes],
        context: Context | None,
    ) -> list[bytes]:
        if not found:
            return []
        bodies_of = self._bodies(db, found)
        versions: dict[AccountId, int] = {}
        for one in found:
            versions[one.author_id] = one.author_version
            if one.boosted_id is not None:
                versions[one.boosted_author_id] = one.boosted_author_version
        accounts_of = self.accounts.of(db, versions)
        polls_of = polls.rendered(db, found, viewer.account, self.here)
        marks = self._marks(db, found, viewer, context)
        approval = quotes.approvals(db, found, viewer.account)
        result = []
        for one in found:
            tail = approval(one) + marks(one) + extra(one.boosted_id or one.id)
            if one.boosted_id is None:
                result.append(
                    b'{%b,"account":%b,"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":%d'
                    b',"reblog":null,"poll":%b,"quote":%b%b}'
                    % (
                        bodies_of[one.id],
                        accounts_of[one.author_id],
                        one.replies_count,
                        one.boosts_count,
                        one.likes_count,
                        one.quotes_count,
                        polls_of.get(one.poll_id, _NULL),
                        quotes_of.get(one.id, _NULL),
                        tail,
                    )
                )
            else:
                attached = polls_of.get(one.boosted_poll_id, _NULL), quotes_of.get(one.boosted_id, _NULL)
                result.append(_boost(one, bodies_of, accounts_of, attached, tail))
        return result

    def _bodies(self, db: Reader, found: Sequence[Shown]) -> dict[PostId, bytes]:
        result: dict[PostId, bytes] = {}
        missing: list[PostId] = []
        for one in found:
            if one.body is not None and one.rendered_version == bodies.version(one.version):
                result[one.id] = one.body
            else:
                missing.append(one.id)
            if one.boosted_id is not None:
                if one.boosted_body is not None and one.boosted_rendered_version == bodies.version(
                    one.boosted_version
                ):
                    result[one.boosted_id] = one.boosted_body
                else:
                    missing.append(one.boosted_id)
        if missing:
            fresh = bodies.render(db, missing, self.here)
            self.keep(db, fresh)
            result |= {id: body for id, (_, body) in fresh.items()}
        return result

    def _marks(
        self, db: Reader, found: Sequence[Shown], viewer: Viewer, context: Context | None
    ) -> Callable[[Shown], bytes]:
        """The viewer's own marks on each post; nothing for nobody."""
        account = viewer.account
        if not account:
            return lambda _: b""
        muted = self._muted_threads(db, found, viewer)
        filtered = self.filtered(db, found, viewer, context) if viewer.has_filters else {}
        own = [
            one.id
            for one in found
            if one.author_id == account and one.boosted_id is None and one.visibility > Visibility.MENTIONED
        ]
        pinned = posts.pinned_among(db, account, own) if own else frozenset()

        def marks(one: Shown) -> bytes:
            thread = one.boosted_thread_id if one.boosted_id is not None else one.thread_id
            marked = b',"favourited":%b,"reblogged":%b,"muted":%b,"bookmarked":%b,"filtered":%b' % (
                _FALSE if one.liked_id is None else _TRUE,
                _FALSE if one.boost_id is None else _TRUE,
                _TRUE if thread in muted else _FALSE,
                _FALSE if one.bookmarked_id is None else _TRUE,
                filtered.get(one.id, _NONE),
            )
            if one.id not in own:
                return marked
            return marked + (b',"pinned":true' if one.id in pinned else b',"pinned":false')

        return marks

    def _muted_threads(self, db: Reader, found: Sequence[Shown], viewer: Viewer) -> frozenset[PostId]:
        if not viewer.has_muted_threads:
            return frozenset()
        threads = {one.boosted_thread_id or one.thread_id for one in found}
        return posts.muted_threads(db, viewer.account, threads)


def _boost(
    one: Shown,
    bodies_of: Mapping[PostId, bytes],
    accounts_of: Mapping[AccountId, bytes],
    attached: tuple[bytes, bytes],
    tail: bytes,
) -> bytes:
    """`attached`: the boosted post's poll and quote."""
    counts = b'"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":%d' % (
        one.boosted_replies_count,
        one.boosted_boosts_count,
        one.boosted_likes_count,
        one.boosted_quotes_count,
    )
    assert one.boosted_id is not None  # noqa: S101 - for the type checker; the caller has looked
    inner = b'{%b,"account":%b,%b,"reblog":null,"poll":%b,"quote":%b%b}' % (
        bodies_of[one.boosted_id],
        accounts_of[one.boosted_author_id],
        counts,
        *attached,
        tail,
    )
    return b'{%b,"account":%b,%b,"reblog":%b,"poll":null,"quote":null%b}' % (
        bodies_of[one.id],
        accounts_of[one.author_id],
        counts,
        inner,
        tail,
    )
