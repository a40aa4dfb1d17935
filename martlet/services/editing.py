"""Editing posts. Every version is kept, the first one too."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
from msgspec import structs

from martlet.model.errors import Conflict, InvalidInput, NotFound
from martlet.model.events import PostEdited
from martlet.model.names import AccountId, PollId, PostId
from martlet.model.posts import MediaChange, PollDraft, Post, Revision, Typed, Variant
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import (
    approving,
    attaching,
    composing,
    holding,
    marking_spam,
    polling,
    quoting,
    uploading,
    varying,
)
from martlet.services.composing import Composed, Words
from martlet.services.posting import PostEmpty
from martlet.services.uploading import Description
from martlet.storage import accounts, attached, edits, featured_tags, media, polls, posts, variants
from martlet.storage.database import Reader, Writer
from martlet.storage.edits import Edit
from martlet.storage.media import Media
from martlet.storage.polls import Poll
from martlet.text.languages import normalise_language

HISTORY_LIMIT = 1000


class EditedMeanwhile(Conflict):
    """The post is another than the one that its author began to change."""

    code = "edited_meanwhile"

    def __init__(self) -> None:
        super().__init__("The post was changed elsewhere meanwhile")


@dataclass(frozen=True, slots=True)
class Whole:
    """A post with what hangs on it."""

    post: Post
    files: Sequence[Media]
    poll: Poll | None
    variants: tuple[Variant, ...] = ()


def edit(
    db: Writer, author: AccountId, id: PostId, revision: Revision, here: Server, base: int | None = None
) -> None:
    """
    Make one's post what the revision says. What is the same as before is no edit.

    `base`: the `edited_at` of what is changed (0: never edited), where whoever asks knows it.
    Raises `NotFound`, `PostTooLong`, `PostEmpty`, `CannotAttach`, `EditWaits`, `EditedMeanwhile`, `InvalidInput`.
    """
    posts.lock(db, id)
    post = posts.get_own(db, id, author)
    if post.boost_of_id is not None:
        raise NotFound
    words = _read(post, revision, here)
    if base is not None and base != (post.edited_at or 0):
        if _says(db, post, words, revision):  # it came before, and its answer did not arrive
            return
        raise EditedMeanwhile
    poll = polling.checked(revision.poll, here) if revision.poll else None
    wanted = attaching.checked(db, revision.media, author, here, id)
    before = whole(db, post)
    composed = _compose(db, post, words, here)
    language = normalise_language(revision.language) or post.language
    spoken, composed = varying.composed(
        db, _typed(before, revision), composed, language, author, here, _quoted_at(db, post)
    )
    changed = structs.replace(
        post,
        text=words.text,
        html=composed.html,
        warning=words.warning,
        is_sensitive=int(revision.is_sensitive or bool(revision.warning)),
        language=language,
        variants=len(spoken),
        has_media=int(bool(wanted)),
        poll_id=post.poll_id if revision.keeps_poll else _change_poll(db, before, poll, here),
        quoting=_rule(post, revision),
    )
    _check_need_not_wait(db, changed, post, composed, wanted, here)
    _change_media(db, before, wanted, revision.media_changes, here)
    if spoken != before.variants:
        variants.replace(db, id, spoken)
    if (changed.text, changed.html, spoken) != (post.text, post.html, before.variants):
        _change_words(db, post, composed, here)
    after = whole(db, changed)
    if _snapshot(before, 0) == _snapshot(after, 0) and _shown(before) == _shown(after):
        if changed.quoting != post.quoting:
            posts.update(db, id, quoting=changed.quoting)
        return
    now = here.now_ms()
    keep_version(db, before, after, now)
    columns = (
        "text",
        "html",
        "warning",
        "is_sensitive",
        "language",
        "has_media",
        "poll_id",
        "quoting",
        "variants",
    )
    posts.update(db, id, edited_at=now, **{name: getattr(changed, name) for name in columns})
    db.emit(PostEdited(id))


def history(db: Reader, post: Post) -> list[Edit]:
    """Every version of a post, the present one last."""
    return edits.of_post(db, post.id) or [_snapshot(whole(db, post), post.edited_at or post.created_at)]


def latest(db: Reader, post: Post, last: int) -> tuple[list[Edit], int]:
    """The first version and so many of the last ones, and how many there are between them."""
    known = edits.count(db, post.id)
    if not known:
        return history(db, post), 0
    return edits.of_post(db, post.id, last), max(0, known - last - 1)


def whole(db: Reader, post: Post) -> Whole:
    poll = polls.many(db, [post.poll_id]).get(post.poll_id) if post.poll_id is not None else None
    files, spoken = media.of_posts(db, [post.id])[post.id], variants.of_post(db, post.id, post.variants)
    return Whole(post, files, poll, spoken)


def _check_need_not_wait(
    db: Reader, changed: Post, post: Post, composed: Composed, files: Sequence[Media], here: Server
) -> None:
    """Raises `EditWaits`."""
    named_before = attached.mentioned_ids(db, post.id)
    pictures = partial(marking_spam.of_files, files)
    seen = holding.Seen(changed, composed.mentioned, pictures, post, named_before)
    holding.check_edit(db, accounts.get(db, post.author_id), seen, here)


def _read(post: Post, revision: Revision, here: Server) -> Words:
    quoting.check_rule(revision.quoting)
    if revision.media and revision.poll:
        raise InvalidInput("A post shows either media or a poll, not both")
    words = composing.read(revision.text, revision.warning, here)
    if not words.text and not revision.media and post.quote_of_id is None:
        raise PostEmpty
    return words


def _says(db: Reader, post: Post, words: Words, revision: Revision) -> bool:
    """Whether the post is so already, as far as its author's form tells."""
    files = media.of_posts(db, [post.id])[post.id]
    told = {one.id: one.description for one in revision.media_changes}
    return (
        (post.text, post.warning) == (words.text, words.warning)
        and bool(post.is_sensitive) == (revision.is_sensitive or bool(words.warning))
        and [one.id for one in files] == list(revision.media)
        and all(told.get(one.id) in (None, one.description) for one in files)
        and _spoken(variants.of_post(db, post.id, post.variants)) == _spoken(revision.variants or ())
    )


def _spoken(said: Sequence[Variant | Typed]) -> list[tuple[str, str, str]]:
    return [(one.language, one.text, one.warning) for one in said]


def _compose(db: Reader, post: Post, words: Words, here: Server) -> Composed:
    return composing.compose(db, words, post.author_id, here, _quoted_at(db, post))


def _quoted_at(db: Reader, post: Post) -> tuple[str, str] | None:
    quoted = None if post.quote_of_id is None else posts.find_unfiltered(db, post.quote_of_id)
    return (quoted.uri, quoted.url) if quoted else None


def _typed(before: Whole, revision: Revision) -> Sequence[Typed]:
    if revision.variants is not None:
        return revision.variants
    return [Typed(one.language, one.text, one.warning) for one in before.variants]


def _rule(post: Post, revision: Revision) -> str:
    if revision.quoting is None:
        return post.quoting
    return quoting.rule_for(Visibility(post.visibility), revision.quoting)


def _change_poll(db: Writer, before: Whole, draft: PollDraft | None, here: Server) -> PollId | None:
    """Returns the poll that the post has from now on."""
    old = before.poll
    if draft is None:
        if old is not None:
            polls.delete(db, old.id)
        return None
    if old is None:
        id = PollId(here.next_id())
        polling.begin(db, id, before.post, draft, here)
        return id
    polls.lock(db, old.id)
    expires_at = here.now_ms() + draft.seconds * 1000
    polls.change(db, old.id, expires_at, is_multiple=draft.is_multiple, hides_totals=draft.hides_totals)
    if (
        tuple(title for title, _ in old.options) != draft.options
        or bool(old.is_multiple) != draft.is_multiple
    ):
        polls.replace_options(db, old.id, draft.options)
    polling.close_later(db, old.id, expires_at)
    return old.id


def _change_media(
    db: Writer, before: Whole, wanted: Sequence[Media], changes: Sequence[MediaChange], here: Server
) -> None:
    if [one.id for one in before.files] != [one.id for one in wanted]:
        media.take_off(db, before.post.id)
        attaching.attach(db, wanted, before.post.id)
    known = {one.id: one for one in wanted}
    for change in changes:
        one = known.get(change.id)
        if one is None:
            continue
        focus = (one.focus_x, one.focus_y) if change.focus is None else change.focus
        text = one.description if change.description is None else change.description
        uploading.check(Description(text, *focus), here)
        media.update(db, one.id, description=text, focus_x=focus[0], focus_y=focus[1])


def _change_words(db: Writer, post: Post, composed: Composed, here: Server) -> None:
    is_open = post.is_open
    if is_open:
        featured_tags.uncount_post(db, post)
    attached.forget_words(db, post.id)
    if not approving.name_anew(db, post, composed.mentioned):
        attached.insert_mentions(db, post.id, composed.mentioned)
    attached.insert_tags(db, post.id, ((here.next_id(), tag) for tag in composed.tags))
    if is_open:
        featured_tags.count_post(db, post)


def keep_version(db: Writer, before: Whole, after: Whole, now: int) -> None:
    """Keep what a post was, and what it is now. Raises `InvalidInput` where there are too many versions."""
    known = edits.count(db, after.post.id)
    if known >= HISTORY_LIMIT:
        raise InvalidInput("This post has been edited too often")
    if not known:
        edits.insert(db, before.post.id, 0, _snapshot(before, before.post.created_at))
        known = 1
    edits.insert(db, after.post.id, known, _snapshot(after, now))


def _snapshot(one: Whole, at: int) -> Edit:
    files = [{"id": str(file.id), "description": file.description} for file in one.files]
    options = [title for title, _ in one.poll.options] if one.poll else []
    return Edit(
        author_id=one.post.author_id,
        text=one.post.text,
        html=one.post.html,
        warning=one.post.warning,
        is_sensitive=one.post.is_sensitive,
        media=msgspec.json.encode(files).decode(),
        poll=msgspec.json.encode(options).decode(),
        variants=msgspec.json.encode(
            [(said.language, said.text, said.html, said.warning) for said in one.variants]
        ).decode(),
        created_at=at,
    )


def _shown(one: Whole) -> tuple[object, ...]:
    """What a snapshot does not keep, but readers see."""
    focus = [(file.focus_x, file.focus_y) for file in one.files]
    return one.post.language, focus, one.poll.is_multiple if one.poll else None
