"""
Consent to quotes between servers (FEP-044f): asked for, given, refused, taken back.

One rule says whose consent counts: that of the author of the quoted post, for
exactly this quote of exactly this post (attacks D12). What comes of it all, in
whatever order it is learned, says `model.quoting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import msgspec
from msgspec import structs

from martlet.activitypub.things import (
    Accept,
    Authorization,
    Delete,
    Follow,
    Reject,
    RequestQuote,
    RequestReply,
    Writing,
)
from martlet.model import quoting as states
from martlet.model.accounts import Account
from martlet.model.names import PostId, Uri, host_of, origin_of
from martlet.model.posts import Post
from martlet.model.quoting import Fact, State
from martlet.model.server import Server
from martlet.services import delivering_quotes, quoting
from martlet.storage import accounts, attached, events, posts, quotes, uris
from martlet.storage.database import Reader, Writer
from martlet.storage.quotes import RemoteQuote

VERIFY = "verify_quote"
LOOKED_AGAIN_AFTER = (60_000, 600_000, 3_600_000)
"""Milliseconds after which a quoted post or a consent that could not be had is asked for again."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A consent of this name is not there, as its own server says."""

    uri: Uri


Verified: TypeAlias = Authorization | Withdrawn
"""What its own server says of a consent that a post names."""


# -- posts from elsewhere ------------------------------------------------


def begin(db: Writer, post: Post, said: Writing, verified: Verified | None, here: Server) -> None:
    """Write down what a post from elsewhere quotes that quoted nothing until now."""
    if said.has_lost_quote:
        posts.update(db, post.id, quote_state="deleted")
    elif said.quote_of is not None:
        quotes.put_remote(db, RemoteQuote(post.id, said.quote_of, int(said.is_legacy_quote)))
        _learn(db, post.id, verified)
        _look_again(db, Look(post.id, said.authorization), here)


def review(db: Writer, post: Post, said: Writing, verified: Verified | None, here: Server) -> None:
    """
    What a known post says of its quote now.

    A consent that is no longer named is not taken back by that: its own server says so.
    """
    known = quotes.find_remote(db, post.id)
    if known is None or known.quoted_uri != said.quote_of:
        return
    if known.is_legacy and not said.is_legacy_quote:
        quotes.put_remote(db, replace(known, is_legacy=0))
    _learn(db, post.id, verified)
    _look_again(db, Look(post.id, said.authorization), here)


def requote(db: Writer, post: Post, said: Writing, verified: Verified | None, here: Server) -> None:
    """The same after an edit, which may also end a quote or begin another."""
    known = quotes.find_remote(db, post.id)
    if known is not None and known.quoted_uri == said.quote_of:
        review(db, post, said, verified, here)
        return
    if post.quote_state is not None or known is not None:
        quoting.become(db, post, None)
        posts.update(db, post.id, quote_of_id=None)
        quotes.delete_remote(db, post.id)
    begin(db, structs.replace(post, quote_of_id=None, quote_state=None), said, verified, here)


def _learn(db: Writer, id: PostId, verified: Verified | None) -> None:
    """Set the quote's state from what is known of the quoted post and of its author's consent."""
    post, known = posts.find_unfiltered(db, id), quotes.find_remote(db, id)
    if post is None or known is None or post.is_local:
        return
    quoted, state = uris.find_post(db, known.quoted_uri), _state(post)
    if quoted is None or quoted.boost_of_id is not None or quoted.id == id:
        is_gone = quoted is None and uris.find_tombstone(db, known.quoted_uri) is not None
        _become(db, post, known, states.after(state, Fact.DELETED) if is_gone else state)
        return
    if post.quote_of_id != quoted.id:
        posts.update(db, id, quote_of_id=quoted.id)
        post = structs.replace(post, quote_of_id=quoted.id)
    if quoted.author_id == post.author_id:
        state = states.after(state, Fact.GIVEN)
    elif verified is not None and not quoted.is_local:  # of ours only what we have given ourselves counts
        state, known = _considered(db, state, known, post, quoted, verified)
        quotes.put_remote(db, known)
    _become(db, post, known, state)


def _considered(
    db: Reader, state: State, known: RemoteQuote, post: Post, quoted: Post, verified: Verified
) -> tuple[State, RemoteQuote]:
    author = accounts.get(db, quoted.author_id)
    if isinstance(verified, Withdrawn):
        if origin_of(verified.uri) != origin_of(author.uri):
            return state, known
        return states.after(state, Fact.WITHDRAWN), replace(known, consent=verified.uri)
    if not consents(verified, post.uri, quoted.uri, author.uri):
        return state, known
    if state == "revoked" and verified.uri != known.consent:
        state = "pending"  # given once more, under another name
    return _given(db, state, verified.uri), replace(known, consent=verified.uri)


def consents(found: Authorization, quote: Uri, quoted: Uri, author: Uri) -> bool:
    """Whether a consent is that of the author of the quoted post, to this quote of this post."""
    is_for_this = found.quote == quote and found.quoted == quoted
    return is_for_this and found.author == author and origin_of(found.uri) == origin_of(author)


def _given(db: Reader, state: State, consent: Uri) -> State:
    """The state that follows from a consent, unless it was taken back before it came."""
    state = states.after(state, Fact.GIVEN)
    return state if uris.find_tombstone(db, consent) is None else states.after(state, Fact.WITHDRAWN)


def _state(post: Post) -> State:
    """The state of a quote, even if the quote is not shown."""
    state: State = post.quote_state or "pending"  # type: ignore[assignment]  # a column is a text
    return state


def _become(db: Writer, post: Post, known: RemoteQuote, state: State) -> None:
    quoting.become(db, post, states.shown(state, is_legacy=bool(known.is_legacy)))


# -- what is to be looked up ---------------------------------------------


def in_question(db: Reader, said: Writing) -> Uri | None:
    """Which consent to a post's quote has to be asked of its server, if any."""
    post = uris.find_post(db, said.uri)
    known = quotes.find_remote(db, post.id) if post is not None else None
    if known is None or post is None or known.quoted_uri != said.quote_of or known.consent is None:
        return said.authorization
    if known.consent == said.authorization and post.quote_state != "pending":
        return None
    return said.authorization or known.consent


class Look(msgspec.Struct, frozen=True, array_like=True):
    """The body of a `VERIFY` job."""

    post: PostId
    consent: Uri | None
    tries: int = 0


def _look_again(db: Writer, look: Look, here: Server) -> None:
    """Ask later for what a quote still lacks, unless that was done often enough."""
    if look.tries < len(LOOKED_AGAIN_AFTER) and sought(db, look) is not None:
        at = here.now_ms() + LOOKED_AGAIN_AFTER[look.tries]
        events.add_job(
            db, VERIFY, msgspec.json.encode(look).decode(), at, key=f"{VERIFY}:{look.post}:{look.tries}"
        )


def sought(db: Reader, look: Look) -> Uri | None:
    """The quoted post of a quote that lacks it, or a consent that it names; None where nothing is lacking."""
    post, known = posts.find_unfiltered(db, look.post), quotes.find_remote(db, look.post)
    if post is None or known is None or _state(post) != "pending":
        return None
    is_known = post.quote_of_id is not None
    is_own = host_of(known.quoted_uri) == host_of(post.uri)
    lacks_post = not is_known and (not known.is_legacy or is_own or look.consent is not None)
    lacks_consent = look.consent is not None and known.consent is None
    return known.quoted_uri if lacks_post or lacks_consent else None


def looked(db: Writer, look: Look, verified: Verified | None, here: Server) -> None:
    """Record the answer to what `sought` named."""
    _learn(db, look.post, verified)
    _look_again(db, Look(look.post, look.consent, look.tries + 1), here)


# -- asked of people here ------------------------------------------------


def asked(db: Writer, act: RequestQuote, actor: Account, here: Server) -> Post | None:
    """
    The post here that somebody elsewhere may quote. None where they may not, which they are told.

    Those who may not even see it are told nothing, unless everybody else sees it.
    """
    quoted = uris.find_post(db, act.target)
    if quoted is None or not quoted.is_local or quoted.boost_of_id is not None:
        return None
    author = accounts.get(db, quoted.author_id)
    if author.is_gone or origin_of(act.quote_uri) != origin_of(actor.uri):
        return None
    is_seen = posts.find(db, quoted.id, viewer=actor.id) is not None
    if is_seen and quoting.may_quote(db, quoted, actor.id):
        return quoted
    if is_seen or quoted.is_open:
        delivering_quotes.refuse_quote(db, act, author, actor, here)
    return None


def answer(db: Writer, act: RequestQuote, quoted: Post, actor: Account, here: Server) -> None:
    """
    Consent to the quote that was asked for, which has been kept.

    What was revoked once is not consented to again. The author of the quoted
    post may read the quote, for whomever else it was written.
    """
    post = uris.find_post(db, act.quote_uri)
    known = quotes.find_remote(db, post.id) if post is not None else None
    if post is None or known is None or post.author_id != actor.id or known.quoted_uri != quoted.uri:
        return
    author = accounts.get(db, quoted.author_id)
    quotes.put_remote(db, replace(known, request=act.uri, is_legacy=0))
    state = states.after(_state(post), Fact.GIVEN)
    if state == "accepted":
        if author.id not in attached.mentioned_ids(db, post.id):
            attached.insert_mentions(db, post.id, [author.id], is_silent=True)
        _become(db, post, replace(known, is_legacy=0), state)
        delivering_quotes.accept_quote(db, act, author, actor, quoting.consent_uri(author, post.id), here)
    else:
        delivering_quotes.refuse_quote(db, act, author, actor, here)


# -- answered to people here ---------------------------------------------


def accept(db: Writer, act: Accept, actor: Account, here: Server) -> None:
    """Somebody elsewhere consents to a quote that was written here."""
    found, consent = _requested(db, act.request, actor), act.result
    if found is None or consent is None:
        return
    if origin_of(consent) != origin_of(actor.uri) or host_of(consent) == here.host:
        return
    post, known = found
    if known.consent is None:
        quotes.put_remote(db, replace(known, consent=consent))
        _become(db, post, known, _given(db, _state(post), consent))


def reject(db: Writer, act: Reject, actor: Account) -> None:
    """Somebody elsewhere does not want to be quoted by a post that was written here."""
    found = _requested(db, act.request, actor)
    if found is not None:
        _become(db, found[0], found[1], states.after(_state(found[0]), Fact.REFUSED))


def _requested(
    db: Reader, request: Follow | RequestQuote | RequestReply | Uri, actor: Account
) -> tuple[Post, RemoteQuote] | None:
    """The quote written here that an `Accept` or `Reject` by `actor` answers, whatever id the answer gives (attacks D12)."""
    if isinstance(request, Follow | RequestReply):
        return None
    if isinstance(request, RequestQuote):
        quote = uris.find_post(db, request.quote_uri)
        known = quotes.find_remote(db, quote.id) if quote is not None else None
        if known is not None and known.quoted_uri != request.target:
            return None
    else:
        known = quotes.find_request(db, request)
        quote = posts.find_unfiltered(db, known.post_id) if known is not None else None
    if quote is None or known is None or not quote.is_local or known.request is None:
        return None
    quoted = posts.find_unfiltered(db, quote.quote_of_id) if quote.quote_of_id is not None else None
    return None if quoted is None or quoted.author_id != actor.id else (quote, known)


def withdraw(db: Writer, consent: Uri, actor: Account) -> None:
    """Somebody elsewhere takes their consent back."""
    for known in quotes.with_consent(db, consent):
        post = posts.find_unfiltered(db, known.post_id)
        quoted = (
            posts.find_unfiltered(db, post.quote_of_id) if post and post.quote_of_id is not None else None
        )
        if post is not None and quoted is not None and quoted.author_id == actor.id:
            _become(db, post, known, states.after(_state(post), Fact.WITHDRAWN))


def losing(db: Reader, act: Delete) -> list[Post]:
    """Quotes from here whose consent this takes back, if it is believed."""
    found = (posts.find_unfiltered(db, known.post_id) for known in quotes.with_consent(db, act.target))
    return [post for post in found if post is not None and post.is_local and post.quote_state == "accepted"]


def hand_on(db: Writer, act: Delete, body: bytes, lost: Sequence[Post], here: Server) -> None:
    """
    Who has the quotes that have just lost their consent hears of it in the words of whoever took it back.

    Only what is signed itself, which anybody can believe from anybody; the quotes as they are now go out anyway.
    """
    if b'"proof"' not in body and b'"signature"' not in body:
        return
    for post in lost:
        now = posts.find_unfiltered(db, post.id)
        if now is not None and now.quote_state == "revoked":
            delivering_quotes.hand_on(db, now, body, act.actor, here)
