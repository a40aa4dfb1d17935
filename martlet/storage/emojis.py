"""Custom emoji."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Emoji:
    id: int
    shortcode: str
    host: str
    file: str
    file_static: str
    category: str | None
    is_listed: int
    created_at: int


COLUMNS = ", ".join(Emoji.__slots__)


def insert(db: Writer, emoji: Emoji) -> None:
    """Raises `AlreadyThere` for a shortcode that is taken."""
    db.run(
        f"INSERT INTO emoji ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in Emoji.__slots__)})",
        **{name: getattr(emoji, name) for name in Emoji.__slots__},
    )


def put(db: Writer, emoji: Emoji) -> None:
    """Keep another server's emoji, as it looks now."""
    db.run(
        f"""
        INSERT INTO emoji ({COLUMNS}) VALUES ({", ".join(f":{name}" for name in Emoji.__slots__)})
        ON CONFLICT (host, shortcode) DO UPDATE SET file = excluded.file, file_static = excluded.file_static
        """,
        **{name: getattr(emoji, name) for name in Emoji.__slots__},
    )


def named(db: Reader, shortcodes: Collection[str], host: str) -> list[Emoji]:
    """Those of a server's emoji that have these shortcodes, by name."""
    codes = {f"code{n}": code for n, code in enumerate(sorted(shortcodes))}
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM emoji
         WHERE host = :host AND disabled_at IS NULL AND shortcode IN ({", ".join(f":{name}" for name in codes)})
         ORDER BY shortcode
        """,
        host=host,
        **codes,
    )
    return [Emoji(*row) for row in rows]


def listed(db: Reader) -> list[Emoji]:
    """This server's own emoji, for a picker."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM emoji WHERE host = '' AND disabled_at IS NULL ORDER BY category, shortcode"
    )
    return [Emoji(*row) for row in rows]
