"""
Posts from elsewhere, kept as those written here: cleaned once, found, listed and told of alike.

What a post may do (answer, name, show) it does with the rights of its author;
who may read it is what its author said, and nobody's act adds to it (attacks D11).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from msgspec import structs

from martlet.activitypub import addressing
from martlet.activitypub.things import Attachment, Poll, Writing
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput
from martlet.model.events import PostEdited, PostPublished
from martlet.model.holds import HoldReason
from martlet.model.names import AccountId, MediaId, PollId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.replying import ReplyPolicy
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import (
    acquainting,
    approving,
    consenting,
    editing,
    holding,
    phrasing,
    placing,
    polling,
    replying,
    restricting,
    timelines,
)
from martlet.services.consenting import Verified
from martlet.services.replying import Verdict
from martlet.signing import digests
from martlet.storage import (
    adoptions,
    attached,
    media,
    polls,
    posts,
    remote_posts,
    remotes,
    replies,
    uris,
    variants,
)
from martlet.storage.attached import Tag
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media
from martlet.text import fingerprints, hashtags, sanitize
from martlet.text.cleaning import one_line
from martlet.text.language_detection import detect
from martlet.text.languages import normalise_language
from martlet.text.urls import parse_url

OPTION_LIMIT = 500
DESCRIPTION_LIMIT = 10_000
LATE = 5_000
"""Milliseconds within which a post counts as written now."""
SAME_MOMENT = 3
"""Ids tried for a post of a moment that is long over."""

_KINDS = {"image": "image", "video": "video", "audio": "audio"}


def is_wanted(db: Reader, said: Writing, author: Account) -> bool:
    """Whether a post that nobody asked for concerns anybody here: attacks D21 begin with what nobody wants."""
    if remotes.has_follower_here(db, author.id):
        return True
    named = uris.accounts_at(db, _named(said))
    if remotes.some_here(db, set(named.values())):
        return True
    parent = _parent(db, said, author)
    if parent is not None and (parent.is_local or remotes.has_follower_here(db, parent.author_id)):
        return True
    concerned = set(named.values()) if parent is None else {*named.values(), parent.author_id}
    return adoptions.some_gone_on(db, concerned)


def _named(said: Writing) -> set[Uri]:
    """Everybody whom it names or is addressed to."""
    named = {one.uri for one in said.mentions} | {Uri(one) for one in (*said.to, *said.cc)}
    return named - addressing.PUBLIC_NAMES


def receive(
    db: Writer, said: Writing, author: Account, here: Server, verified: Verified | None = None
) -> PostId | None:
    """
    Keep a post that was brought here. None for one that was deleted, and for votes.

    `verified`: what is known of the consent to its quote.
    """
    known = uris.find_post(db, said.uri)
    return known.id if known is not None else receive_unknown(db, said, author, here, verified)


def receive_unknown(
    db: Writer, said: Writing, author: Account, here: Server, verified: Verified | None = None
) -> PostId | None:
    """The same where it is known that the post is not here yet."""
    return _receive(db, said, author, here, verified, is_news=True, is_unasked=True)


def receive_fetched(
    db: Writer, said: Writing, author: Account, here: Server, verified: Verified | None = None
) -> PostId | None:
    """
    The same for a post that we asked for.

    One that was written long ago is no news: nobody is notified of it, and no home timeline gets it, as in Mastodon.
    """
    known = uris.find_post(db, said.uri)
    if known is not None:
        return known.id
    is_news = said.created_at is None or here.now_ms() - said.created_at < placing.NEWS
    return _receive(db, said, author, here, verified, is_news=is_news)


def receive_carried(
    db: Writer, said: Writing, author: Account, here: Server, *, is_news: bool
) -> PostId | None:
    """The same for a post that came in a file. News: an answer on its way back, which whoever is answered waits for."""
    return _receive(db, said, author, here, None, is_news=is_news, is_carried=True)


def _receive(
    db: Writer,
    said: Writing,
    author: Account,
    here: Server,
    verified: Verified | None,
    *,
    is_news: bool,
    is_carried: bool = False,
    is_unasked: bool = False,
) -> PostId | None:
    if uris.find_tombstone(db, said.uri) is not None:
        return None
    parent = _parent(db, said, author)
    if said.choice is not None:
        if parent is not None and parent.is_local:
            polling.receive_vote(db, author.id, parent, said.choice, here)
        return None
    above = None if parent is None else holding.meant(db, parent)
    verdict = _verdict(db, said, author, above, is_news=is_news)
    if verdict == "denied":
        return None
    meant = _post(db, said, author, above, here)
    named, silent = _whom(db, said, author, here)
    why_held = _why_held(db, meant, said, author, named | silent, here) if is_unasked else ()
    if above is not parent:
        why_held = (HoldReason.ANSWERS_HELD,)
    is_withheld = verdict == "asked" or bool(why_held)
    kept = _insert(db, meant, above, here, is_withheld=is_withheld)
    if kept is None:
        return None
    meant = kept
    post = approving.withheld(meant) if is_withheld else meant
    _attach(
        db, post, said, author, here, named=() if is_withheld else named, silent=() if is_withheld else silent
    )
    _wait(db, meant, why_held, (named, silent), verdict, here, is_news=is_news)
    if said.repliers is not None:
        replies.put_policy(db, post.id, replying.of_elsewhere(db, said.repliers, author.id))
    consenting.begin(db, post, said, verified, here)
    posts.note_published(db, post)
    remote_posts.count_marks(db, post.id, said.likes_count, said.boosts_count)
    placing.place(db, post, said.reply_to, here)
    if not is_withheld:
        db.emit(PostPublished(post.id, is_news, is_carried))
    return post.id


def _wait(
    db: Writer,
    meant: Post,
    why_held: Sequence[HoldReason],
    whom: tuple[set[AccountId], set[AccountId]],
    verdict: Verdict,
    here: Server,
    *,
    is_news: bool,
) -> None:
    """Write down what a post waits for, if it does."""
    named, silent = whom
    if why_held:
        holding.begin(db, meant, why_held, sorted(named), sorted(silent), verdict, here, is_news=is_news)
    elif verdict != "free":
        approving.begin(db, meant, verdict, sorted(named | silent), here)


def _why_held(
    db: Reader, meant: Post, said: Writing, author: Account, named: Collection[AccountId], here: Server
) -> Sequence[HoldReason]:
    return holding.reasons(db, author, holding.Seen(meant, named, partial(_pictures, said)), here)


def _pictures(said: Writing) -> list[str]:
    found = (fingerprints.of_picture(one.blurhash, one.width or 0, one.height or 0) for one in _shown(said))
    return [one for one in found if one]


def _verdict(db: Writer, said: Writing, author: Account, parent: Post | None, *, is_news: bool) -> Verdict:
    """
    What becomes of it as an answer to a post here. Whoever may not give it is told, unless it is old.

    Below what is withheld nothing is kept, wherever it was written: nobody gets round a policy by answering themselves.
    """
    if parent is None:
        return "free"
    if not parent.is_local:
        if replying.is_withheld(db, parent):
            return "denied"
        return "free" if replying.is_allowed_elsewhere(db, parent, said.uri, author.id) else "denied"
    verdict = replying.verdict(db, parent, author.id)
    if verdict == "denied" and is_news:
        approving.deny(db, parent, author, said.uri)
    return verdict


def _parent(db: Reader, said: Writing, author: Account) -> Post | None:
    """What it answers, if its author may see that (attacks D23)."""
    found = uris.find_post(db, said.reply_to) if said.reply_to is not None else None
    if found is None or found.boost_of_id is not None:
        return None
    return posts.find(db, found.id, viewer=author.id)


def _insert(db: Writer, post: Post, parent: Post | None, here: Server, *, is_withheld: bool) -> Post | None:
    """The post as it was meant; one that is withheld is kept otherwise. None for one that came meanwhile."""
    now, created_at = here.now_ms(), post.created_at
    for _ in range(SAME_MOMENT):
        is_new = now - created_at < LATE
        id = PostId(here.next_id() if is_new else here.ids.next_at(created_at))
        post = structs.replace(post, id=id, thread_id=id if parent is None else parent.thread_id)
        if posts.insert_unless_there(db, approving.withheld(post) if is_withheld else post):
            return post
        if uris.find_post(db, post.uri) is not None:
            return None
    raise InvalidInput("There are too many posts of this moment.")


def _post(db: Reader, said: Writing, author: Account, parent: Post | None, here: Server) -> Post:
    """All of it but its id, and what follows from that."""
    now = here.now_ms()
    created_at = min(now if said.created_at is None else said.created_at, now)
    followers = remotes.followers(db, author.id)
    html = phrasing.html(said, here)
    return Post(
        id=PostId(0),
        uri=said.uri,
        url=phrasing.page_of(said),
        author_id=author.id,
        visibility=_visibility(said, followers),
        thread_id=PostId(0),
        is_local=0,
        created_at=created_at,
        reply_to_id=None if parent is None else parent.id,
        reply_to_account_id=None if parent is None else parent.author_id,
        html=html,
        warning=one_line(sanitize.plain(said.warning))[: phrasing.WARNING_LIMIT],
        is_sensitive=int(said.is_sensitive or bool(said.warning)),
        language=normalise_language(said.language) or detect(sanitize.plain(html)),
        has_media=int(bool(_shown(said))),
        quoting=addressing.quote_policy(said.quoters, author.uri, followers).text,
        edited_at=said.edited_at if said.edited_at and said.edited_at > created_at else None,
        poll_id=None if said.poll is None else PollId(here.next_id()),
        variants=len(phrasing.variants(said, here)) if said.variants else 0,
    )


def _visibility(said: Writing, followers: str) -> Visibility:
    found = addressing.visibility(said.to, said.cc, followers)
    return Visibility.CIRCLE if said.is_for_circle and found == Visibility.MENTIONED else found


def _policy(db: Reader, said: Writing, author: Account) -> str:
    return addressing.quote_policy(said.quoters, author.uri, remotes.followers(db, author.id)).text


def address(db: Writer, post: Post, said: Writing, here: Server) -> None:
    """A post to a circle is brought once for each of its readers: this one is addressed to further ones."""
    if post.visibility != Visibility.CIRCLE or not said.is_for_circle or replying.is_withheld(db, post):
        return
    if holding.meant(db, post) is not post:
        return
    found = uris.accounts_at(db, {Uri(one) for one in (*said.to, *said.cc)})
    new = remotes.some_here(db, set(found.values())) - set(attached.mentioned_ids(db, post.id))
    if new:
        attached.insert_mentions(db, post.id, sorted(new), is_silent=True)
        timelines.deliver(db, PostPublished(post.id), here)


# -- what hangs on it ----------------------------------------------------


def _attach(
    db: Writer,
    post: Post,
    said: Writing,
    author: Account,
    here: Server,
    *,
    named: Collection[AccountId],
    silent: Collection[AccountId],
) -> None:
    _name(db, post, named, silent)
    if post.variants:
        variants.insert(db, post.id, phrasing.variants(said, here))
    _tag(db, post, said, here)
    _show(db, post, _shown(said), here)
    acquainting.keep_emojis(db, said.emojis, author.host, here)
    if said.poll is not None and post.poll_id is not None:
        _ask(db, post.poll_id, post, said.poll)
        if said.poll.expires_at is not None and said.poll.expires_at > here.now_ms():
            polling.close_later(db, post.poll_id, said.poll.expires_at)


def _named_here(said: Writing, here: Server) -> set[Uri]:
    """Everybody whom it names, and who of those here may be addressed: of others it does not matter."""
    return {one.uri for one in said.mentions} | {
        Uri(one) for one in (*said.to, *said.cc) if one.startswith(f"{here.url}/")
    }


def _whom(db: Reader, said: Writing, author: Account, here: Server) -> tuple[set[AccountId], set[AccountId]]:
    """Who is named, and who of those here is addressed without being named."""
    found = uris.accounts_at(db, _named_here(said, here))
    named = {found[one.uri] for one in said.mentions if one.uri in found} - {author.id}
    return named, remotes.some_here(db, set(found.values())) - named - {author.id}


def _name(db: Writer, post: Post, named: Collection[AccountId], silent: Collection[AccountId]) -> None:
    attached.insert_mentions(db, post.id, sorted(silent), is_silent=True)
    attached.insert_mentions(db, post.id, sorted(named))


def _tag(db: Writer, post: Post, said: Writing, here: Server) -> None:
    if not said.hashtags:
        return
    shown = {hashtags.hashtag_key(name): name for name in said.hashtags if hashtags.is_hashtag(name)}
    attached.insert_tags(
        db, post.id, ((here.next_id(), Tag(key, name)) for key, name in shown.items() if key)
    )


def _shown(said: Writing) -> list[Attachment]:
    shown = (one for one in said.attachments if acquainting.addresses([one.url]))
    return list(islice(shown, phrasing.MOST_FILES))


def _show(db: Writer, post: Post, files: Sequence[Attachment], here: Server) -> None:
    is_refused = bool(files) and restricting.policy_of_account(db, post.author_id).refuses_media
    for position, one in enumerate(files):
        row = _media(MediaId(here.next_id()), post, position, one, here)
        media.insert(db, replace(row, is_refused=int(is_refused)))


def _media(id: MediaId, post: Post, position: int, one: Attachment, here: Server) -> Media:
    kind = _KINDS.get(one.media_type.partition("/")[0], "unknown")
    url = str(parse_url(one.url))
    across, up = one.focus or (0.0, 0.0)
    return Media(
        id=id,
        owner_id=post.author_id,
        post_id=post.id,
        position=position,
        state="ready",
        kind=kind,
        content_type=one.media_type if "/" in one.media_type.rstrip("/") else "",
        file=url,
        preview=_preview(one, kind, url),
        bytes=0,
        remote_url=url,
        description=one.description[:DESCRIPTION_LIMIT],
        focus_x=across,
        focus_y=up,
        blurhash=one.blurhash,
        meta=json.dumps(_sizes(one)),
        error="",
        created_at=here.now_ms(),
        digest=digests.from_multihash(one.digest),
    )


def _preview(one: Attachment, kind: str, url: str) -> str:
    """Where a picture of it is; the same address where we make one of the file itself."""
    given = next(iter(acquainting.addresses([one.preview])), "") if kind != "image" else ""
    return given or (url if kind in ("image", "video") else "")


def _sizes(one: Attachment) -> dict[str, dict[str, object]]:
    original: dict[str, object] = {} if one.seconds is None else {"duration": one.seconds}
    if not one.width or not one.height:
        return {"original": original} if original else {}
    sizes: dict[str, object] = {
        "width": one.width,
        "height": one.height,
        "size": f"{one.width}x{one.height}",
        "aspect": one.width / one.height,
    }
    return {"original": original | sizes, "small": sizes}  # of a preview only the shape matters


def _ask(db: Writer, id: PollId, post: Post, asked: Poll) -> None:
    options = _options(asked)
    polls.insert(
        db,
        polls.Poll(
            id=id,
            post_id=post.id,
            expires_at=asked.closed_at or asked.expires_at,
            closed_at=None,
            is_multiple=int(asked.is_multiple),
            hides_totals=0,
            voters_count=asked.voters_count or max((votes for _, votes in options), default=0),
            options=options,
        ),
    )


def _options(asked: Poll) -> tuple[tuple[str, int], ...]:
    return tuple((one_line(title)[:OPTION_LIMIT], votes) for title, votes in asked.options)


# -- what changes --------------------------------------------------------


def revise(
    db: Writer, said: Writing, author: Account, here: Server, verified: Verified | None = None
) -> None:
    """
    Make a known post what its author says now.

    Who may read it stays as it was, and an older version never takes the place
    of a newer one (attacks D9). Without a newer date only counts are taken,
    what is known of the consent to its quote, and who may quote it.
    """
    post = uris.find_post(db, said.uri)
    if post is None or post.author_id != author.id or post.boost_of_id is not None:
        return
    posts.lock(db, post.id)
    remote_posts.count_marks(db, post.id, said.likes_count, said.boosts_count)
    newest = post.edited_at or post.created_at
    if said.edited_at is None or said.edited_at <= newest:
        _count(db, post, said, here)
        consenting.review(db, post, said, verified, here)
        if said.edited_at == post.edited_at:
            _change_policy(db, post, said, author)
        return
    before = editing.whole(db, post)
    if _would_wait(db, post, said, author, here):
        return
    _change_repliers(db, post, said, author)
    _change(db, before, said, author, here)
    consenting.requote(db, post, said, verified, here)
    after = posts.find_unfiltered(db, post.id)
    if after is not None:
        editing.keep_version(db, before, editing.whole(db, after), min(said.edited_at, here.now_ms()))
        db.emit(PostEdited(post.id))


def _would_wait(db: Reader, post: Post, said: Writing, author: Account, here: Server) -> bool:
    """Whether the rule about what waits is got round by an edit: then the post stays as it was."""
    if post.visibility < Visibility.UNLISTED or not holding.is_on(db, here):
        return False
    named, silent = _whom(db, said, author, here)
    changed = structs.replace(post, html=phrasing.html(said, here))
    pictures, before = partial(_pictures, said), attached.mentioned_ids(db, post.id)
    return bool(
        holding.reasons(db, author, holding.Seen(changed, named | silent, pictures, post, before), here)
    )


def _change(db: Writer, before: editing.Whole, said: Writing, author: Account, here: Server) -> None:
    post, files = before.post, _shown(said)
    attached.forget_words(db, post.id)
    named, silent = _whom(db, said, author, here)
    if not approving.name_anew(db, post, sorted(named | silent)):
        _name(db, post, named, silent)
    _tag(db, post, said, here)
    if [(one.file, one.description) for one in before.files] != [(one.url, one.description) for one in files]:
        media.take_off(db, post.id)
        _show(db, post, files, here)
    acquainting.keep_emojis(db, said.emojis, author.host, here)
    posts.update(
        db,
        post.id,
        html=phrasing.html(said, here),
        warning=one_line(sanitize.plain(said.warning))[: phrasing.WARNING_LIMIT],
        is_sensitive=int(said.is_sensitive or bool(said.warning)),
        language=normalise_language(said.language) or post.language,
        has_media=int(bool(files)),
        poll_id=_change_poll(db, before, said, here),
        quoting=_policy(db, said, author),
        edited_at=min(said.edited_at or 0, here.now_ms()),
        variants=_change_variants(db, before, said, here),
    )


def _change_variants(db: Writer, before: editing.Whole, said: Writing, here: Server) -> int:
    """In so many further languages the post is from now on."""
    wanted = phrasing.variants(said, here) if said.variants else ()
    if wanted != before.variants:
        variants.replace(db, before.post.id, wanted)
    return len(wanted)


def _change_policy(db: Writer, post: Post, said: Writing, author: Account) -> None:
    _change_repliers(db, post, said, author)
    wanted = post.quoting if said.quoters is None else _policy(db, said, author)
    if wanted != post.quoting:
        posts.update(db, post.id, quoting=wanted)


def _change_repliers(db: Writer, post: Post, said: Writing, author: Account) -> None:
    wanted = replying.of_elsewhere(db, said.repliers, author.id)
    if wanted != (replies.policy(db, post.id) or ReplyPolicy()):
        replies.put_policy(db, post.id, wanted)
        posts.renew(db, post.id)


def _change_poll(db: Writer, before: editing.Whole, said: Writing, here: Server) -> PollId | None:
    if said.poll is None:
        if before.poll is not None:
            polls.delete(db, before.poll.id)
        return None
    if before.poll is None:
        id = PollId(here.next_id())
        _ask(db, id, structs.replace(before.post, poll_id=id), said.poll)
        return id
    options = _options(said.poll)
    if [title for title, _ in before.poll.options] != [title for title, _ in options]:
        polls.replace_options(db, before.poll.id, [title for title, _ in options])
    _count(db, before.post, said, here)
    return before.poll.id


def _count(db: Writer, post: Post, said: Writing, here: Server) -> None:
    """A poll's votes as its server counts them, and when it ends: some are ended before their time."""
    if post.poll_id is None or said.poll is None:
        return
    known = polls.many(db, [post.poll_id]).get(post.poll_id)
    options = _options(said.poll)
    if known is None or len(known.options) != len(options):
        return
    voters = said.poll.voters_count or max((votes for _, votes in options), default=0)
    polls.set_counts(db, post.poll_id, [votes for _, votes in options], voters)
    ends_at = said.poll.closed_at or said.poll.expires_at
    if ends_at is not None and ends_at != known.expires_at and polls.set_end(db, post.poll_id, ends_at):
        polling.close_later(db, post.poll_id, max(ends_at, here.now_ms()))
