"""Archives as other servers make them, for tests."""

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Any

OLD = "https://old.example/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FOLLOWERS = f"{OLD}/followers"
Document = dict[str, Any]


def note(number: int, content: str = "<p>Hello</p>", **more: Any) -> Document:
    """A post of the old account; its number is also the minute at which it was written."""
    hour, minute = divmod(number, 60)
    return {
        "id": f"{OLD}/statuses/{number}",
        "type": "Note",
        "attributedTo": OLD,
        "content": content,
        "published": f"2020-01-02T{hour:02}:{minute:02}:00Z",
        "to": [PUBLIC],
        "cc": [FOLLOWERS],
        **more,
    }


def create(post: Document) -> Document:
    return {
        "id": f"{post.get('id')}/activity",
        "type": "Create",
        "actor": OLD,
        "published": post.get("published"),
        "to": post.get("to"),
        "cc": post.get("cc"),
        "object": post,
    }


def boost(number: int) -> Document:
    return {
        "id": f"{OLD}/statuses/{number}/activity",
        "type": "Announce",
        "actor": OLD,
        "published": "2020-01-02T00:00:00Z",
        "object": "https://other.example/1",
    }


def files(*acts: Document, media: Mapping[str, bytes] | None = None, **more: bytes) -> dict[str, bytes]:
    """What is in an archive, by name."""
    outbox = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "outbox.json",
        "type": "OrderedCollection",
        "totalItems": len(acts),
        "orderedItems": acts,
    }
    actor = {"id": OLD, "type": "Person", "preferredUsername": "ada", "followers": FOLLOWERS}
    return {
        "actor.json": json.dumps(actor).encode(),
        "outbox.json": json.dumps(outbox).encode(),
        "likes.json": b"{}",
        **(media or {}),
        **more,
    }


def zipped(content: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in content.items():
            archive.writestr(name, body)
    return made.getvalue()


def tarred(content: Mapping[str, bytes], *, prefix: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, body in content.items():
            entry = tarfile.TarInfo(prefix + name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return made.getvalue()
