"""People as pages show them in one line."""

import re

from martlet.model.accounts import Account
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.server import Server
from martlet.storage import emojis
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.cards import Emoji, Face
from martlet.web.rendering import asset

_SHORTCODE = re.compile(r":([A-Za-z0-9_]{1,128}):")


def media(use: FileUse, id: int, key: str, here: Server, form: FileForm = FileForm.SMALL) -> str:
    """Where a page finds a file: on our own host without its name, whichever of our names the visitor uses."""
    return here.file_url(use, id, key, form).removeprefix(here.url)


def own_media(key: str, here: Server) -> str:
    """The same of a file that is ours whatever it shows."""
    return here.media_url(key).removeprefix(here.url)


def emoji_in(db: Reader, text: str, host: str, here: Server) -> tuple[Emoji, ...]:
    """The custom emoji of `host` (empty: our own) that a text uses."""
    codes = set(_SHORTCODE.findall(text)) if ":" in text else set()
    if not codes:
        return ()
    return tuple(Emoji(one.shortcode, emoji_file(one, here)) for one in emojis.named(db, codes, host))


def emoji_file(one: emojis.Emoji, here: Server) -> str:
    return media(FileUse.EMOJI, one.id, one.file, here, FileForm.ORIGINAL)


def face_with_emoji(db: Reader, account: Account, here: Server, *, is_inside: bool = False) -> Face:
    found = emoji_in(db, account.display_name, account.host, here)
    return face(account, here, found, is_inside=is_inside)


def face(account: Account, here: Server, found: tuple[Emoji, ...] = (), *, is_inside: bool = False) -> Face:
    """
    Suspended and deleted people have no picture and no name but their username.

    `is_inside`: for readers who are signed in, who find people of other servers here too.
    """
    name = account.username if account.is_gone else account.display_name or account.username
    key = "" if account.is_gone else account.avatar_static or account.avatar
    return Face(
        name=name,
        username=account.username,
        host=account.host or here.host,
        address=addresses.at(addresses.PROFILE, username=account.handle)
        if account.is_here or is_inside
        else account.url,
        avatar=media(FileUse.AVATAR, account.id, key, here) if key else asset("avatar.png"),
        emoji=found,
    )
