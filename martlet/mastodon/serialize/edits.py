"""Versions of edited posts: https://docs.joinmastodon.org/entities/StatusEdit/"""

from collections.abc import Sequence

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize import accounts as account_entities
from martlet.mastodon.serialize import emojis
from martlet.mastodon.serialize.bodies import attachment
from martlet.mastodon.serialize.times import iso
from martlet.model.names import MediaId
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.storage import accounts, media
from martlet.storage.database import Reader
from martlet.storage.edits import Edit


class _File(msgspec.Struct, frozen=True):
    """As `services.editing` writes it."""

    id: str
    description: str


def versions(db: Reader, post: Post, found: Sequence[Edit], here: Server) -> list[entities.StatusEdit]:
    author = accounts.get(db, post.author_id)
    account = account_entities.entity(db, author, here)
    shown = [msgspec.json.decode(edit.media, type=list[_File]) for edit in found]
    known = media.many(db, {MediaId(int(file.id)) for files in shown for file in files}, post.author_id)
    return [
        entities.StatusEdit(
            content=edit.html,
            spoiler_text=edit.warning,
            sensitive=bool(edit.is_sensitive),
            created_at=iso(edit.created_at),
            account=account,
            poll=_poll(edit),
            media_attachments=[
                msgspec.structs.replace(attachment(row, here), description=file.description or None)
                for file in files
                if (row := known.get(MediaId(int(file.id)))) is not None
            ],
            emojis=emojis.used_in(db, f"{edit.html} {edit.warning} {edit.poll}", author.host, here),
            quote=_quote(post),
            content_map=_in_languages(edit),
        )
        for edit, files in zip(found, shown, strict=True)
    ]


def _in_languages(edit: Edit) -> dict[str, str] | msgspec.UnsetType:
    said = msgspec.json.decode(edit.variants, type=list[tuple[str, str, str, str]])
    return {language: html for language, _, html, _ in said} or msgspec.UNSET


def _poll(edit: Edit) -> entities.EditedPoll | msgspec.UnsetType:
    options = msgspec.json.decode(edit.poll, type=list[str])
    if not options:
        return msgspec.UNSET
    return entities.EditedPoll(options=[entities.EditedOption(title=option) for option in options])


def _quote(post: Post) -> entities.Quote | None:
    if post.quote_state is None:
        return None
    quoted = post.quote_of_id if post.quote_state == "accepted" else None
    return entities.Quote(state=post.quote_state, quoted_status_id=None if quoted is None else str(quoted))
