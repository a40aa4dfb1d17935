"""Files of an archive that is brought: found by what they are called there, taken in as all uploads are."""

import os
from pathlib import Path
from typing import Any

from martlet.activitypub.things import Attachment
from martlet.archives import unpacking
from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId, MediaId
from martlet.services import uploading
from martlet.services.ports import Ground
from martlet.services.uploading import Description

_MOST_NAME = 500
_SYSTEM = ("/system/", "system/")
_IN_ARCHIVE = "https://archive.invalid/"


def whole(attachment: Any) -> Any:
    """Make the archive's relative file paths into addresses, which is all that `parse` reads."""
    if not isinstance(attachment, dict) or not isinstance(attachment.get("url"), str):
        return attachment
    url: str = attachment["url"]
    return attachment if "://" in url else {**attachment, "url": f"{_IN_ARCHIVE}{url.lstrip('/')}"}


def find(place: Path, url: str) -> Path | None:
    """
    A file of the archive that is unpacked at `place`, by what a document in it calls it.

    With or without what stands before it on the old server.
    """
    name = url.partition("?")[0][:_MOST_NAME]
    if "://" in name:
        name = name.partition("://")[2].partition("/")[2]
    for begin in _SYSTEM:
        name = name.removeprefix(begin)
    name = name.lstrip("/")
    at = name.find("media_attachments/")
    for form in (name, name[at:] if at > 0 else "", os.path.basename(name)):  # noqa: PTH119 - no path of ours
        file = unpacking.place_of(place, form)
        if form and file.is_file():
            return file
    return None


async def upload(ground: Ground, account: AccountId, file: Path, one: Attachment) -> MediaId | None:
    """None for what cannot be shown."""
    across, up = one.focus or (0.0, 0.0)
    description = Description(one.description[: ground.here.limits.description], across, up)
    try:
        return await uploading.upload(ground, account, file, None, description)
    except InvalidInput:
        return None
