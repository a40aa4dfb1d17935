"""Profiles: what people say about themselves, and what they prefer for their posts."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from martlet.media import avatars
from martlet.media.avatars import KeptPicture, Shape
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput
from martlet.model.events import AccountChanged
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import expiring, following, uploading
from martlet.services.ports import Ground
from martlet.storage import accounts, follows, relations, users
from martlet.storage.database import Reader, Writer
from martlet.text import names, profile, render
from martlet.text.cleaning import many_lines, one_line
from martlet.text.languages import normalise_language
from martlet.text.length import characters
from martlet.text.render import MentionLink, Parsed

PRIVATE_NOTE = 2000
"""Characters of a note about somebody else."""
ATTRIBUTION_HOSTS = 10
MENTIONS = 50
"""People looked up in one text."""
QUOTING = ("public", "followers", "nobody")


class TextTooLong(InvalidInput):
    code = "text_too_long"

    def __init__(self, name: str, field: str, limit: int) -> None:
        super().__init__(f"Validation failed: {name} is too long (maximum is {limit} characters)", field)


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A line of a profile, as typed."""

    name: str
    value: str


class Change(Struct, frozen=True, kw_only=True):
    """What is to be different; unset: as it is. Texts as typed."""

    display_name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    fields: Sequence[ProfileField] | UnsetType = UNSET
    avatar_text: str | UnsetType = UNSET
    header_text: str | UnsetType = UNSET
    is_locked: bool | UnsetType = UNSET
    is_bot: bool | UnsetType = UNSET
    is_discoverable: bool | UnsetType = UNSET
    is_indexable: bool | UnsetType = UNSET
    is_noindex: bool | UnsetType = UNSET
    hides_follows: bool | UnsetType = UNSET
    attribution: Sequence[str] | UnsetType = UNSET
    default_visibility: Visibility | UnsetType = UNSET
    default_sensitive: bool | UnsetType = UNSET
    default_language: str | None | UnsetType = UNSET
    default_quoting: str | UnsetType = UNSET
    default_local_only: bool | UnsetType = UNSET
    default_lifetime: int | None | UnsetType = UNSET
    """Seconds; None or 0: posts stay."""


NOTHING = Change()


@dataclass(frozen=True, slots=True)
class Pictures:
    """New pictures, in the store already; None: as it is."""

    avatar: KeptPicture | None = None
    header: KeptPicture | None = None

    @property
    def keys(self) -> list[str]:
        kept = [one for one in (self.avatar, self.header) if one is not None]
        return [key for one in kept for key in dict.fromkeys((one.original_key, one.still_key))]


async def change_with_pictures(
    ground: Ground, account: AccountId, wanted: Change, avatar: Path | None, header: Path | None
) -> None:
    """
    Change a profile, new pictures included.

    Raises `InvalidInput`, and what `media.avatars` raises for files that are no pictures.
    """
    kept_avatar = await asyncio.to_thread(_kept, ground, avatar, Shape.AVATAR)
    try:
        kept_header = await asyncio.to_thread(_kept, ground, header, Shape.HEADER)
        pictures = Pictures(kept_avatar, kept_header)
    except BaseException:
        await asyncio.to_thread(_remove, ground, Pictures(kept_avatar))
        raise
    try:
        await ground.store.writing(change, account, wanted, ground.here, pictures)
    except BaseException:
        await asyncio.to_thread(_remove, ground, pictures)
        raise


def _kept(ground: Ground, file: Path | None, shape: Shape) -> KeptPicture | None:
    if file is None:
        return None
    with avatars.fitted(file, shape, ground.workshop) as picture:
        return avatars.keep(picture, ground.media)


def _remove(ground: Ground, pictures: Pictures) -> None:
    for key in pictures.keys:
        ground.media.delete(key)


def change(
    db: Writer, account: AccountId, wanted: Change, here: Server, pictures: Pictures | None = None
) -> None:
    """Change a profile, and what its owner prefers. Raises `InvalidInput`."""
    pictures = pictures or Pictures()
    before = accounts.get(db, account)
    changes = _changes(db, before, wanted, here) | _picture_changes(pictures)
    preferences = _preferences(wanted)
    if preferences:
        users.update(db, account, **preferences)
    if not changes:
        return
    accounts.update(db, account, **changes)
    if pictures.avatar is not None:
        _forget(db, here, before.avatar, before.avatar_static)
    if pictures.header is not None:
        _forget(db, here, before.header, before.header_static)
    if before.is_locked and wanted.is_locked is False:
        following.unlocked(db, before, here)
    db.emit(AccountChanged(account))


def remove_avatar(db: Writer, account: AccountId, here: Server) -> None:
    """Back to the picture that everyone has at first."""
    before = accounts.get(db, account)
    accounts.update(db, account, avatar="", avatar_static="", avatar_text="")
    _forget(db, here, before.avatar, before.avatar_static)
    db.emit(AccountChanged(account))


def remove_header(db: Writer, account: AccountId, here: Server) -> None:
    before = accounts.get(db, account)
    accounts.update(db, account, header="", header_static="", header_text="")
    _forget(db, here, before.header, before.header_static)
    db.emit(AccountChanged(account))


def _forget(db: Writer, here: Server, *keys: str) -> None:
    uploading.forget_files(db, keys, here.now_ms())


def note(db: Writer, account: AccountId, about: AccountId, text: str) -> None:
    """Write down something about somebody for oneself. Raises `NotFound`, `TextTooLong`."""
    accounts.get_shown(db, about)
    text = many_lines(text).strip()
    if len(text) > PRIVATE_NOTE:
        raise TextTooLong("Comment", "comment", PRIVATE_NOTE)
    relations.put_note(db, account, about, text)


def endorse(db: Writer, account: AccountId, endorsed: AccountId, here: Server) -> None:
    """Show somebody one follows on one's own profile. Raises `NotFound`, or `InvalidInput` where one does not."""
    accounts.get_shown(db, endorsed)
    follows.lock_pair(db, account, endorsed)
    there = follows.find(db, account, endorsed)
    if there is None or not there.is_accepted:
        raise InvalidInput("Validation failed: You must be already following the person you want to endorse")
    relations.put_endorsement(db, account, endorsed, here.next_id())


def end_endorsement(db: Writer, account: AccountId, endorsed: AccountId) -> None:
    """Raises `NotFound` for accounts that are not there."""
    accounts.get_shown(db, endorsed)
    relations.delete_endorsement(db, account, endorsed)


# -- what is typed, made ready to be kept -----------------------------------


def _changes(db: Reader, before: Account, wanted: Change, here: Server) -> dict[str, Any]:
    limits = here.limits
    changes: dict[str, Any] = {
        name: int(value)
        for name in ("is_locked", "is_discoverable", "is_indexable", "is_noindex", "hides_follows")
        if (value := getattr(wanted, name)) is not UNSET
    }
    if wanted.display_name is not UNSET:
        changes["display_name"] = _short(
            names.display_name(wanted.display_name), "Display name", "display_name", limits.display_name
        )
    if wanted.note is not UNSET:
        changes |= _note(db, wanted.note, here)
    if wanted.fields is not UNSET:
        changes["fields"] = _fields(db, before, wanted.fields, here)
    if wanted.avatar_text is not UNSET:
        changes["avatar_text"] = _short(
            many_lines(wanted.avatar_text).strip(),
            "Avatar description",
            "avatar_description",
            limits.description,
        )
    if wanted.header_text is not UNSET:
        changes["header_text"] = _short(
            many_lines(wanted.header_text).strip(),
            "Header description",
            "header_description",
            limits.description,
        )
    if wanted.is_bot is not UNSET and before.kind in ("person", "service"):
        changes["kind"] = "service" if wanted.is_bot else "person"
    if wanted.attribution is not UNSET:
        changes["attribution"] = json.dumps(_attribution(wanted.attribution))
    return changes


def _picture_changes(pictures: Pictures) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if pictures.avatar is not None:
        changes |= {"avatar": pictures.avatar.original_key, "avatar_static": pictures.avatar.still_key}
    if pictures.header is not None:
        changes |= {"header": pictures.header.original_key, "header_static": pictures.header.still_key}
    return changes


def _preferences(wanted: Change) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if wanted.default_visibility is not UNSET:
        changes["default_visibility"] = int(wanted.default_visibility)
    if wanted.default_sensitive is not UNSET:
        changes["default_sensitive"] = int(wanted.default_sensitive)
    if wanted.default_language is not UNSET:
        changes["default_language"] = _language(wanted.default_language)
    if wanted.default_quoting is not UNSET:
        if wanted.default_quoting not in QUOTING:
            raise InvalidInput("Validation failed: Quote policy is not included in the list", "source")
        changes["default_quoting"] = wanted.default_quoting
    if wanted.default_local_only is not UNSET:
        changes["default_local_only"] = int(wanted.default_local_only)
    if wanted.default_lifetime is not UNSET:
        lifetime = wanted.default_lifetime or None
        if lifetime is not None and not expiring.SOONEST <= lifetime <= expiring.LATEST:
            raise InvalidInput("Validation failed: Posts have to last five minutes at least", "source")
        changes["default_lifetime"] = lifetime
    return changes


def _language(text: str | None) -> str | None:
    if not text:
        return None
    code = normalise_language(text)
    if code is None:
        raise InvalidInput("Validation failed: Language is not included in the list", "source")
    return code


def _short(text: str, name: str, field: str, limit: int) -> str:
    """Raises `TextTooLong`. What is far too long is not even counted."""
    if len(text) > limit and (len(text) > limit * 20 or characters(text) > limit):
        raise TextTooLong(name, field, limit)
    return text


def _note(db: Reader, text: str, here: Server) -> dict[str, str]:
    _short(text, "Note", "note", here.limits.note)
    parsed = render.parse(text, names.own_hosts(here.host))
    html = profile.note_html(parsed, _people(db, parsed), here.tag_url)
    return {"note_text": parsed.text, "note_html": html}


def _fields(db: Reader, before: Account, wanted: Sequence[ProfileField], here: Server) -> str:
    """As the column keeps them. A field whose value stays keeps the moment in which it was found to be true."""
    limits, own = here.limits, names.own_hosts(here.host)
    verified = {one["text"]: one.get("verified_at") for one in accounts.fields_of(before)}
    kept = []
    for field in wanted:
        name, value = one_line(field.name), one_line(field.value)
        if not name and not value:
            continue
        if not name:
            raise InvalidInput("Validation failed: Fields name can't be blank", "fields_attributes")
        _short(name, "Fields name", "fields_attributes", limits.field_name)
        _short(value, "Fields value", "fields_attributes", limits.field_value)
        parsed = render.parse(value, own)
        html = profile.field_html(parsed, _people(db, parsed), here.tag_url)
        kept.append({"name": name, "text": value, "html": html, "verified_at": verified.get(value)})
    if len(kept) > limits.fields:
        raise InvalidInput(
            f"Validation failed: Fields are too many (maximum is {limits.fields})", "fields_attributes"
        )
    return json.dumps(kept, ensure_ascii=False)


def _people(db: Reader, parsed: Parsed) -> dict[str, MentionLink]:
    """Those named in a text whom we know."""
    found = {}
    for mention in parsed.mentions[:MENTIONS]:
        account = accounts.find_by_handle(db, mention.username, mention.host or "")
        if account is not None and not account.is_gone:
            found[mention.key] = MentionLink(account.url, account.username, account.host or None)
    return found


def _attribution(hosts: Sequence[str]) -> list[str]:
    """Hosts in their one spelling; `https://` and `*.` before them are taken off."""
    kept: dict[str, None] = {}
    for text in hosts:
        bare = text.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("*.")
        bare = bare.partition("/")[0]
        if not bare:
            continue
        try:
            kept[names.normalise_host(bare)] = None
        except names.InvalidHost:
            raise InvalidInput(
                "Validation failed: Attribution domains is not a valid domain name", "attribution_domains"
            ) from None
    if len(kept) > ATTRIBUTION_HOSTS:
        raise InvalidInput(
            f"Validation failed: Attribution domains are too many (maximum is {ATTRIBUTION_HOSTS})",
            "attribution_domains",
        )
    return list(kept)
