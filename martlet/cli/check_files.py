"""What `martlet check` says of the files that people brought."""

from collections.abc import Iterator

from martlet.cli.findings import Finding
from martlet.settings import Settings
from martlet.storage import media
from martlet.storage.backup import Place
from martlet.storage.database import Store

LOOKED_UP = 1000
"""Of the newest and of the oldest: of a great many, a look at each would take minutes."""
NAMED = 3


def of_files(settings: Settings, store: Store) -> Iterator[Finding]:
    """Whether they are where the database says."""
    with store.read() as db:
        keys = media.keys_at_both_ends(db, LOOKED_UP)
    folder = Place(store, settings.folder).media
    missing = [key for key in keys if not (folder / key).is_file()]
    if missing:
        yield Finding(
            "bad",
            f"{len(missing):,} of {len(keys):,} pictures and other files that were looked up are missing in {folder}:"
            f" {', '.join(missing[:NAMED])}{' …' if len(missing) > NAMED else ''}",
            "Their posts are shown without them. Bring the folder back from a copy or a backup (docs/operate/care.md).",
        )
