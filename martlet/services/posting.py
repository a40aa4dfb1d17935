"""Publishing posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from msgspec import structs

from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import PostPublished
from martlet.model.holds import HoldReason
from martlet.model.names import AccountId, PollId, PostId
from martlet.model.posts import Draft, PollDraft, Post, Variant
from martlet.model.replying import ReplyPolicy
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import (
    approving,
    attaching,
    circling,
    composing,
    expiring,
    holding,
    marking_spam,
    polling,
    quoting,
    redirecting,
    replying,
    varying,
)
from martlet.services.composing import Composed, PostTooLong, Words
from martlet.services.replying import CannotReply, Verdict
from martlet.storage import accounts, attached, featured_tags, posts, replies, timelines, variants
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media
from martlet.text.language_detection import detect
from martlet.text.languages import normalise_language

__all__ = ["Decided", "PostEmpty", "PostTooLong", "Preferences", "decided", "publish"]

KEY_LIFETIME = 60 * 60 * 1000
"""Milliseconds for which an idempotency key is remembered."""
PATIENT_KEY = "web-"
"""How keys begin that are remembered for a week longer: what is sent again may have waited on a device without a line."""
WEEK_MS = 7 * 24 * KEY_LIFETIME


class PostEmpty(InvalidInput):
    code = "post_empty"

    def __init__(self) -> None:
        super().__init__("Validation failed: Text can't be blank", "status")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an author has chosen for posts that do not say otherwise."""

    visibility: Visibility
    is_sensitive: bool
    language: str | None
    quoting: str
    is_local_only: bool
    replying: str
    lifetime: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """What a new post stands beside."""

    parent: Post | None
    quoted: Post | None
    answers_held: bool = False
    """What it answers waits for a moderator, so that its author alone sees it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A post and all that comes with it, before any of it is written."""

    post: Post
    composed: Composed
    files: Sequence[Media]
    poll: PollDraft | None
    replying: ReplyPolicy
    verdict: Verdict
    """What becomes of it as an answer."""
    expires_at: int | None = None
    readers: Sequence[AccountId] = ()
    """Whom it is written to, without being named in it."""
    variants: Sequence[Variant] = ()
    why_held: Sequence[HoldReason] = ()
    """Why a moderator has to look at it first; nothing: nobody has."""

    @property
    def is_withheld(self) -> bool:
        """Nobody reads it yet but its author, and who has to decide about it."""
        return self.verdict == "asked" or bool(self.why_held)


def claim_key(db: Writer, draft: Draft, id: PostId, here: Server) -> PostId:
    """The post that the draft's idempotency key stands for: `id`, if nothing was sent with it before."""
    longer = WEEK_MS if draft.idempotency_key.startswith(PATIENT_KEY) else 0
    now = here.now_ms() + longer
    return posts.claim_key(db, draft.author, draft.idempotency_key, id, now, KEY_LIFETIME + longer)


def publish(db: Writer, draft: Draft, here: Server) -> PostId:
    """
    Turn a draft into a post, and let the world know.

    Drafts sent with one idempotency key are one post, the first. Raises
    `PostTooLong`, `PostEmpty`, `NotFound` for a parent or a quoted post that
    the author cannot see, `HasMoved`, `CannotReply`, `CannotQuote`, `CannotAttach`, `InvalidInput`.
    """
    id = PostId(here.next_id())
    if draft.idempotency_key:
        first = claim_key(db, draft, id, here)
        if first != id:
            return first
    made = decided(db, draft, id, here)
    post = approving.withheld(made.post) if made.is_withheld else made.post
    posts.insert(db, post)
    if not made.replying.is_open:
        replies.put_policy(db, id, made.replying)
    _begin(db, made, here)
    variants.insert(db, id, made.variants)
    attached.insert_tags(db, id, ((here.next_id(), tag) for tag in made.composed.tags))
    if made.composed.tags and post.is_open:
        featured_tags.count_post(db, post)
    attaching.attach(db, made.files, id)
    if post.quote_state == "pending":
        quoting.prepare_request(db, post)
    if made.poll is not None and post.poll_id is not None:
        polling.begin(db, post.poll_id, post, made.poll, here)
    if made.expires_at is not None:
        expiring.begin(db, id, made.expires_at)
    posts.note_published(db, post)
    timelines.put(db, draft.author, [id])
    if not made.is_withheld:
        db.emit(PostPublished(id))
    return id


def _begin(db: Writer, made: Decided, here: Server) -> None:
    """Name whom it names, or write down what it waits for."""
    post, named = made.post, made.composed.mentioned
    if made.why_held:
        holding.begin(db, post, made.why_held, named, made.readers, made.verdict, here)
        return
    if not made.is_withheld:
        attached.insert_mentions(db, post.id, made.readers, is_silent=True)
        attached.insert_mentions(db, post.id, named)
    approving.begin(db, post, made.verdict, (*made.readers, *named), here)


def decided(db: Reader, draft: Draft, id: PostId, here: Server) -> Decided:
    """What a draft would be as a post, as things are now. Nothing is written; raises what `publish` raises."""
    words = _read(draft, here)
    poll = polling.checked(draft.poll, here) if draft.poll else None
    files = attaching.checked(db, draft.media, draft.author, here)
    around = _around(db, draft)
    author = accounts.get(db, draft.author)
    redirecting.check_stays(author)
    preferences = _preferences(db, draft.author)
    quoted_at = (around.quoted.uri, around.quoted.url) if around.quoted else None
    composed = composing.compose(db, words, draft.author, here, quoted_at)
    post = _post(id, draft, author, around, words, composed, preferences, here)
    spoken, composed = varying.composed(
        db, draft.variants, composed, post.language, author.id, here, quoted_at
    )
    post = structs.replace(post, variants=len(spoken))
    quoting.check_mentioned(post.visibility, around.quoted, author.id, set(composed.mentioned))
    if poll is not None:
        post = structs.replace(post, poll_id=PollId(here.next_id()))
    verdict: Verdict = "free"
    if around.parent is not None:
        verdict = replying.verdict(db, around.parent, author.id)
    if verdict == "denied":
        raise CannotReply
    readers = _readers(db, draft, post, around)
    return Decided(
        post,
        composed,
        files,
        poll,
        _replying(draft, post, preferences),
        verdict,
        _expires_at(draft, preferences, here),
        readers,
        spoken,
        _why_held(db, author, post, around, composed, files, here),
    )


def _why_held(
    db: Reader,
    author: Account,
    post: Post,
    around: Around,
    composed: Composed,
    files: Sequence[Media],
    here: Server,
) -> Sequence[HoldReason]:
    if around.answers_held:
        return (HoldReason.ANSWERS_HELD,)
    seen = holding.Seen(post, composed.mentioned, partial(marking_spam.of_files, files))
    return holding.reasons(db, author, seen, here)


def _read(draft: Draft, here: Server) -> Words:
    quoting.check_rule(draft.quoting)
    if draft.media and draft.poll:
        raise InvalidInput("A post shows either media or a poll, not both")
    words = composing.read(draft.text, draft.warning, here)
    if not words.text and not draft.media and draft.quote_of is None:
        raise PostEmpty
    return words


def _around(db: Reader, draft: Draft) -> Around:
    parent = None
    if draft.reply_to is not None:
        parent = posts.find(db, draft.reply_to, viewer=draft.author)
        if parent is not None and parent.boost_of_id is not None:
            parent = posts.find(db, parent.boost_of_id, viewer=draft.author)
        if parent is None:
            raise NotFound("The post you are trying to reply to does not appear to exist.")
    quoted = None if draft.quote_of is None else quoting.quotable(db, draft.quote_of, draft.author)
    meant = None if parent is None else holding.meant(db, parent)
    return Around(meant, quoted, answers_held=meant is not parent)


def _post(
    id: PostId,
    draft: Draft,
    author: Account,
    around: Around,
    words: Words,
    composed: Composed,
    preferences: Preferences,
    here: Server,
) -> Post:
    is_sensitive = preferences.is_sensitive if draft.is_sensitive is None else draft.is_sensitive
    visibility = preferences.visibility if draft.visibility is None else draft.visibility
    if author.limited_at is not None:
        visibility = min(visibility, Visibility.UNLISTED)
    visibility = quoting.narrowed(_to_circle(draft, around, visibility), around.quoted)
    post = Post(
        id=id,
        uri=here.post_uri(author.username, id),
        url=here.post_url(author.username, id),
        author_id=author.id,
        visibility=visibility,
        thread_id=id,
        is_local=1,
        created_at=here.now_ms(),
        text=words.text,
        html=composed.html,
        warning=words.warning,
        is_sensitive=int(is_sensitive or bool(draft.warning)),
        language=normalise_language(draft.language) or detect(words.text) or preferences.language,
        has_media=int(bool(draft.media)),
        quoting=quoting.rule_for(visibility, draft.quoting or preferences.quoting),
        app_id=draft.app,
        is_local_only=int(_is_local_only(draft, around, preferences)),
    )
    if around.quoted is not None:
        state = quoting.first_state(around.quoted, author.id)
        post = structs.replace(post, quote_of_id=around.quoted.id, quote_state=state)
    if around.parent is None:
        return post
    parent = around.parent
    return structs.replace(
        post, reply_to_id=parent.id, reply_to_account_id=parent.author_id, thread_id=parent.thread_id
    )


def _to_circle(draft: Draft, around: Around, visibility: Visibility) -> Visibility:
    """What answers a post to a circle is for the same people, or for fewer."""
    if draft.circle is not None:
        return Visibility.CIRCLE
    is_answer = around.parent is not None and around.parent.visibility == Visibility.CIRCLE
    return min(visibility, Visibility.CIRCLE) if is_answer else visibility


def _readers(db: Reader, draft: Draft, post: Post, around: Around) -> Sequence[AccountId]:
    """Raises `NotFound` and `InvalidInput`."""
    if post.visibility != Visibility.CIRCLE:
        return ()
    if draft.circle is not None:
        return circling.readers(db, draft.circle, draft.author)
    return () if around.parent is None else circling.readers_of_answer(db, around.parent, draft.author)


def _expires_at(draft: Draft, preferences: Preferences, here: Server) -> int | None:
    """Raises `InvalidInput`."""
    lifetime = preferences.lifetime if draft.lifetime is None else draft.lifetime
    return expiring.moment(lifetime, draft.expires_at, here)


def _replying(draft: Draft, post: Post, preferences: Preferences) -> ReplyPolicy:
    """What is for a circle, all of it may answer. Raises `InvalidInput`."""
    if post.visibility == Visibility.CIRCLE:
        return ReplyPolicy()
    if draft.replying is not None:
        return replying.checked(draft.replying)
    return replying.default(preferences.replying, post.visibility)


def _is_local_only(draft: Draft, around: Around, preferences: Preferences) -> bool:
    """What quotes a local-only post shows it, and so is one as well; what answers one is unless its author says otherwise."""
    if around.quoted is not None and around.quoted.is_local_only:
        return True
    if draft.is_local_only is not None:
        return draft.is_local_only
    return preferences.is_local_only if around.parent is None else bool(around.parent.is_local_only)


def _preferences(db: Reader, author: AccountId) -> Preferences:
    row = accounts.posting_preferences(db, author)
    if row is None:  # an account nobody signs in to
        return Preferences(
            Visibility.PUBLIC,
            is_sensitive=False,
            language=None,
            quoting="public",
            is_local_only=False,
            replying="{}",
            lifetime=None,
        )
    return Preferences(
        Visibility(row.visibility),
        bool(row.is_sensitive),
        row.language,
        row.quoting,
        bool(row.is_local_only),
        row.replying,
        row.lifetime,
    )
