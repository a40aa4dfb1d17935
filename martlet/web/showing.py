"""
Posts and people as pages show them.

A public page is the same for all and may be kept by caches: it is read as somebody who is not signed in
(`NOBODY`), whoever looks. Pages for members are read as their reader.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from msgspec.structs import replace

from martlet.model.accounts import Account
from martlet.model.faults import FAULTS
from martlet.model.names import NOBODY, AccountId, PollId, PostId
from martlet.model.posts import Post
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.server import Server, moment
from martlet.model.visibility import Visibility
from martlet.services import subscribing
from martlet.storage import (
    accounts,
    albums,
    attached,
    featured_tags,
    holds,
    media,
    packs,
    polls,
    posts,
    reactions,
    variants,
)
from martlet.storage import cards as card_rows
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.storage.reactions import Counted
from martlet.text import sanitize
from martlet.text.emoji import as_picture
from martlet.text.previews.said import host_of
from martlet.text.urls import host_shown
from martlet.text.web_links import without_quote_line
from martlet.web import addresses, faces
from martlet.web.cards import (
    AlbumLink,
    Audience,
    Choice,
    Chosen,
    Emoji,
    Face,
    Fact,
    Featured,
    Html,
    LinkCard,
    Picture,
    Poll,
    PostCard,
    Preview,
    Profile,
    Quote,
    Spoken,
)

log = logging.getLogger("martlet.web")

KINDS: dict[str, Literal["picture", "loop", "video", "sound", "file"]] = {
    "image": "picture",
    "gifv": "loop",
    "video": "video",
    "audio": "sound",
    "unknown": "file",
}
REVIEWS: dict[str | None, Literal["pending", "rejected"]] = {"held": "pending", "refused": "rejected"}
SUMMARY = 300
PACKS = 12
NO_SIZE = (800, 600)


AUDIENCES: dict[int, Audience] = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.CIRCLE: "limited",
    Visibility.MENTIONED: "direct",
}


FeaturedThings = tuple[tuple[Featured, ...], tuple[Featured, ...]]


def featured(db: Reader, account: Account, reader: AccountId = NOBODY) -> FeaturedThings:
    """The hashtags and packs that somebody shows on their profile; of other servers' people neither is known."""
    if not account.is_here:
        return (), ()
    name = account.username
    return (
        tuple(
            Featured(one.shown, addresses.at(addresses.TAGGED, username=name, name=one.shown))
            for one in featured_tags.of_account(db, account.id)
        ),
        tuple(
            Featured(one.name, addresses.at(addresses.PACK, id=str(one.id)))
            for one in packs.of_account(db, account.id, reader, offset=0, limit=PACKS)
        ),
    )


def profile(
    db: Reader, account: Account, here: Server, shows: FeaturedThings, reader: AccountId = NOBODY
) -> Profile:
    """`shows`: see `featured`."""
    moved_to = accounts.find(db, account.moved_to_id) if account.moved_to_id is not None else None
    emoji = faces.emoji_in(
        db, f"{account.display_name} {account.note_html} {account.fields}", account.host, here
    )
    return Profile(
        face=faces.face(account, here, emoji, is_inside=bool(reader)),
        header=header_of(account, here),
        note_html=Html(account.note_html),
        summary=summary(account.note_html),
        facts=tuple(
            Fact(
                one["name"] or "",
                Html(one["html"] or ""),
                is_confirmed=one.get("verified_at") is not None,
                proof=one.get("proof") or "",
            )
            for one in accounts.fields_of(account)
        ),
        joined_at=moment(account.created_at),
        posts=account.posts_count,
        is_bot=account.kind in ("service", "application"),
        is_locked=bool(account.is_locked),
        is_memorial=bool(account.is_memorial),
        is_indexable=is_indexable(account),
        moved_to=faces.face(moved_to, here, is_inside=bool(reader)) if moved_to else None,
        followers=account.followers_count,
        following=account.following_count,
        tags=shows[0],
        packs=shows[1],
        has_feed=bool(account.is_here) and allows_feeds(account),
        has_letters=subscribing.offers(account, here),
    )


def header_of(account: Account, here: Server) -> str | None:
    key = account.header_static or account.header
    return faces.media(FileUse.HEADER, account.id, key, here) if key else None


def is_indexable(account: Account) -> bool:
    """Whether search engines are welcome: only where the person said so."""
    return bool(account.is_discoverable) and not account.is_noindex and account.limited_at is None


def allows_feeds(account: Account) -> bool:
    """
    Whether the account's public posts may be read with feed readers, which nobody can be kept from.

    Not where somebody chooses their followers, does not want to be found by search engines, has moved away, or was
    limited by those who look after the server.
    """
    return (
        not account.is_locked
        and not account.is_noindex
        and account.moved_to_id is None
        and account.limited_at is None
    )


@lru_cache(maxsize=1024)
def summary(html: str) -> str:
    """Kept, because taking HTML apart costs as much as all else that a line about a post takes."""
    return " ".join(sanitize.plain(without_quote_line(html)).split())[:SUMMARY]


def cards(
    db: Reader,
    shown: Sequence[Shown],
    here: Server,
    pinned: frozenset[PostId] = frozenset(),
    reader: AccountId = NOBODY,
) -> tuple[PostCard, ...]:
    """
    The posts in their order; boosts as what they boost, each with the post it quotes.

    `reader` may see them, as the query that found them made sure; nobody is shown what is not open to all.
    """
    quotes = _quotes(db, shown, here, reader)
    return tuple(
        replace(card, quote=quotes.get(PostId(int(card.id))))
        for card in _cards(db, shown, here, pinned, reader)
        if card is not None
    )


def previews(db: Reader, shown: Sequence[Shown]) -> dict[PostId, Preview]:
    """Of posts for members, by what is shown: a boost's is that of what it boosts."""
    found = {post.id: post for post in posts.many_unfiltered(db, {one.boosted_id or one.id for one in shown})}
    people = accounts.many(db, {post.author_id for post in found.values()})
    return {
        one.id: Preview(
            addresses.at(addresses.POST, username=people[post.author_id].handle, id=str(post.id)),
            post.warning or summary(post.html),
            post.language,
        )
        for one in shown
        if (post := found.get(one.boosted_id or one.id)) is not None and post.author_id in people
    }


def as_seen(found: Sequence[PostCard]) -> tuple[PostCard, ...]:
    """Posts to be looked at only: their polls take no votes."""
    return tuple(
        replace(one, poll=replace(one.poll, is_open_to_reader=False)) if one.poll is not None else one
        for one in found
    )


def _quotes(db: Reader, shown: Sequence[Shown], here: Server, reader: AccountId) -> dict[PostId, Quote]:
    """By the quoting post. What was quoted with its author's consent is asked for as the reader."""
    details = posts.details(db, [one.boosted_id or one.id for one in shown])
    quoting = {one.id: one for one in details.values() if one.quote_state is not None}
    wanted = {
        one.quote_of_id for one in quoting.values() if one.quote_of_id and one.quote_state == "accepted"
    }
    quoted = posts.shown(db, wanted, reader) if wanted else []
    found = {card.id: card for card in _cards(db, quoted, here, frozenset(), reader) if card is not None}
    return {
        id: Quote(found.get(str(one.quote_of_id)), _MISSING.get(one.quote_state or "", "hidden"))
        for id, one in quoting.items()
    }


_MISSING: dict[str, Literal["waiting", "unwanted"]] = {
    "pending": "waiting",
    "rejected": "unwanted",
    "revoked": "unwanted",
}
"""Why what is quoted is not shown, by the state of the quote."""


def _cards(
    db: Reader, shown: Sequence[Shown], here: Server, pinned: frozenset[PostId], reader: AccountId
) -> list[PostCard | None]:
    """One for each; None where it is not for the reader, or gone since it was read."""
    ids = {id for one in shown for id in (one.id, one.boosted_id) if id is not None}
    found = {post.id: post for post in posts.many_unfiltered(db, ids)}
    people = accounts.many(db, _people(found.values()))
    allowed = {id: post for id, post in found.items() if reader or post.is_open}
    parts = _Parts(db, allowed, here, reader)
    made: list[PostCard | None] = []
    for one in shown:
        post = allowed.get(one.boosted_id or one.id)
        if post is None or post.author_id not in people or one.id not in found:
            made.append(None)
            continue
        booster = people.get(found[one.id].author_id) if one.boosted_id is not None else None
        made.append(_card(parts, post, people, booster, is_pinned=one.id in pinned))
    return made


def _card(
    parts: "_Parts", post: Post, people: dict[AccountId, Account], booster: Account | None, *, is_pinned: bool
) -> PostCard:
    """Of a post that cannot be shown, no more than that."""
    try:
        return parts.card(post, people, booster, is_pinned=is_pinned)
    except FAULTS:
        log.exception("Post %d cannot be shown", post.id)
        author = replace(people[post.author_id], display_name="", avatar="", avatar_static="")
        return PostCard(
            id=str(post.id),
            author=faces.face(author, parts.here, is_inside=bool(parts.reader)),
            address=_address(post, author, parts.reader),
            published_at=moment(0),
            language=None,
            text_html=Html(""),
            summary="",
            is_broken=True,
        )


def _address(post: Post, author: Account, reader: AccountId) -> str:
    """Its page here; for visitors, that of another server's post is where it came from."""
    if not author.is_here and not reader:
        return post.url or post.uri
    return addresses.at(addresses.POST, username=author.handle, id=str(post.id))


def _people(found: Iterable[Post]) -> set[AccountId]:
    wanted: set[AccountId] = set()
    for post in found:
        wanted.add(post.author_id)
        if post.reply_to_account_id is not None:
            wanted.add(post.reply_to_account_id)
    return wanted


class _Parts:
    """What hangs on the posts of a page, read once for all of them."""

    def __init__(self, db: Reader, found: dict[PostId, Post], here: Server, reader: AccountId) -> None:
        self._db, self.here, self.reader = db, here, reader
        self._files = media.of_posts(db, found)
        self._links = card_rows.of_posts(db, found)
        self._albums = albums.of_posts(
            db, [id for id, post in found.items() if post.is_local and self._files[id]]
        )
        self._apps = attached.apps(db, found)
        self._chosen = reactions.counts(db, found)
        to_few = [id for id, post in found.items() if post.visibility == Visibility.CIRCLE]
        self._spoken = variants.of_posts(db, [id for id, post in found.items() if post.variants])
        self._waiting = holds.states(db, to_few)
        asked = [post.poll_id for post in found.values() if post.poll_id is not None]
        self._polls, self._votes = polls.many(db, asked), polls.votes(db, asked, reader)

    def card(
        self, post: Post, people: dict[AccountId, Account], booster: Account | None, *, is_pinned: bool
    ) -> PostCard:
        author = people[post.author_id]
        answered = people.get(post.reply_to_account_id) if post.reply_to_account_id is not None else None
        app = self._apps.get(post.id)
        return PostCard(
            id=str(post.id),
            author=self._face(author),
            address=_address(post, author, self.reader),
            published_at=moment(post.created_at),
            language=post.language,
            text_html=Html(post.html),
            summary=summary(post.html),
            further=tuple(
                Spoken(one.language, Html(one.html), one.warning) for one in self._spoken.get(post.id, ())
            ),
            visibility="public" if post.id in self._waiting else AUDIENCES[post.visibility],
            review=REVIEWS.get(self._waiting.get(post.id), ""),
            is_here_only=bool(post.is_local_only),
            edited_at=None if post.edited_at is None else moment(post.edited_at),
            warning=post.warning,
            is_sensitive=bool(post.is_sensitive) or author.sensitized_at is not None,
            is_pinned=is_pinned,
            pictures=tuple(
                picture(one, self.here) for one in self._files.get(post.id, ()) if one.state == "ready"
            ),
            poll=self._poll(post.poll_id, post.author_id),
            card=self._link(post.id),
            emoji=faces.emoji_in(self._db, self._words(post), author.host, self.here),
            boosted_by=self._face(booster) if booster is not None else None,
            answers_to=self._face(answered) if answered is not None and answered.id != author.id else None,
            answers=post.replies_count,
            boosts=post.boosts_count,
            likes=post.likes_count,
            chosen=tuple(map(self._choice, self._chosen.get(post.id, ()))),
            app=app[0] if app else None,
            album=self._album(post, author),
        )

    def _album(self, post: Post, author: Account) -> AlbumLink | None:
        album = self._albums.get(post.id)
        if album is None:
            return None
        own = addresses.at(addresses.ALBUM, username=author.username, id=str(album.id))
        return AlbumLink(album.title, own, album.pictures)

    def _words(self, post: Post) -> str:
        """All in which custom emoji may stand."""
        poll = self._polls.get(post.poll_id) if post.poll_id is not None else None
        further = [text for one in self._spoken.get(post.id, ()) for text in (one.html, one.warning)]
        return " ".join(
            [post.html, post.warning, *further, *(title for title, _ in (poll.options if poll else ()))]
        )

    def _choice(self, one: Counted) -> Chosen:
        if not one.choice.is_custom:
            return Chosen(as_picture(one.choice.name), one.times)
        if one.emoji_id is None or one.file is None:
            return Chosen(f":{one.choice.name}:", one.times)
        address = faces.media(FileUse.EMOJI, one.emoji_id, one.file, self.here)
        return Chosen(f":{one.choice.name}:", one.times, (Emoji(one.choice.name, address),))

    def _face(self, account: Account) -> Face:
        return faces.face_with_emoji(self._db, account, self.here, is_inside=bool(self.reader))

    def _poll(self, id: PollId | None, author: AccountId) -> Poll | None:
        kept = self._polls.get(id) if id is not None else None
        if kept is None:
            return None
        is_over = kept.expires_at is not None and kept.expires_at <= self.here.now_ms()
        is_told = is_over or not kept.hides_totals
        total = max(1, kept.voters_count or sum(votes for _, votes in kept.options))
        choices = tuple(
            Choice(title, votes if is_told else 0, min(100, round(100 * votes / total)) if is_told else 0)
            for title, votes in kept.options
        )
        ends_at = None if kept.expires_at is None else moment(kept.expires_at)
        own = tuple(self._votes.get(kept.id, ()))
        return Poll(
            choices,
            kept.voters_count,
            ends_at,
            is_over,
            id=str(kept.id),
            is_multiple=bool(kept.is_multiple),
            is_open_to_reader=bool(self.reader) and not is_over and not own and author != self.reader,
            own=own,
        )

    def _link(self, post: PostId) -> LinkCard | None:
        card = self._links.get(post)
        return None if card is None else link_card(card, self.here)


def link_card(card: card_rows.Card, here: Server) -> LinkCard:
    return LinkCard(
        address=card.url,
        site=card.provider_name,
        host=host_shown(host_of(card.url).removeprefix("www.")),
        title=card.title,
        description=card.description,
        image=faces.own_media(card.image, here) if card.image else None,
        author=card.author_name,
        published_at=None if card.published_at is None else moment(card.published_at),
        source=card.source_name,
        source_address=card.source_url,
        image_description=card.image_text,
    )


def picture(one: media.Media, here: Server) -> Picture:
    meta = json.loads(one.meta)
    size = meta.get("small") or meta.get("original") or {}
    if one.is_refused:  # its server's files are not shown here: its words, and the way there
        return Picture("file", one.remote_url or "", "", one.description, *NO_SIZE)
    address = faces.media(FileUse.MEDIA, one.id, one.file, here, FileForm.ORIGINAL)
    if one.kind == "unknown":
        address = one.remote_url or ""
    return Picture(
        kind=KINDS.get(one.kind, "picture"),
        address=address,
        preview=_preview(one, here) or address,
        description=one.description,
        width=int(size.get("width") or NO_SIZE[0]),
        height=int(size.get("height") or NO_SIZE[1]),
        focus=(one.focus_x, one.focus_y),
        content_type=one.content_type,
        bytes=one.bytes,
    )


def _preview(one: media.Media, here: Server) -> str:
    use = FileUse.MEDIA if one.preview == one.file else FileUse.PREVIEW
    return faces.media(use, one.id, one.preview, here) if one.preview else ""
