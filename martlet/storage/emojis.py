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
    uri: str = ""
    updated_at: int | None = None
    """Of another server's: when its picture changed last, as that says."""


COLUMNS = ", ".join(Emoji.__slots__)


def insert(db: Writer, emoji: Emoji) -> None:
    """Raises `AlreadyThere` for a shortcode that is taken."""
    db.run(
        f"INSERT INTO emoji ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in Emoji.__slots__)})",
        **{name: getattr(emoji, name) for name in Emoji.__slots__},
    )


def put(db: Writer, emoji: Emoji) -> None:
    """Keep another server's emoji as it looks now; what is older than what we know changes nothing."""
    db.run(
        f"""
        INSERT INTO emoji ({COLUMNS}) VALUES ({", ".join(f":{name}" for name in Emoji.__slots__)})
        ON CONFLICT (host, shortcode) DO UPDATE
           SET file = excluded.file, file_static = excluded.file_static, uri = excluded.uri,
               updated_at = coalesce(excluded.updated_at, emoji.updated_at)
         WHERE (emoji.file <> excluded.file OR emoji.uri <> excluded.uri OR emoji.updated_at IS NULL
                OR emoji.updated_at < excluded.updated_at)
           AND (emoji.updated_at IS NULL OR excluded.updated_at IS NULL
                OR emoji.updated_at <= excluded.updated_at)
        """,
        **{name: getattr(emoji, name) for name in Emoji.__slots__},
    )


def has_as_many(db: Reader, host: str, most: int) -> bool:
    """Whether a server has that many emoji here already."""
    row = db.row("SELECT 1 FROM emoji WHERE host = :host LIMIT 1 OFFSET :before", host=host, before=most - 1)
    return row is not None


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


# -- those who look after them -------------------------------------------


def find(db: Reader, id: int) -> Emoji | None:
    row = db.row(f"SELECT {COLUMNS} FROM emoji WHERE id = :id", id=id)
    return Emoji(*row) if row else None


def find_own(db: Reader, shortcode: str) -> Emoji | None:
    row = db.row(f"SELECT {COLUMNS} FROM emoji WHERE host = '' AND shortcode = :code", code=shortcode)
    return Emoji(*row) if row else None


def page(db: Reader, host: str, after: str, beginning: str, limit: int) -> list[Emoji]:
    """Of a server (empty: ours) by name: those that begin so and come after another."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM emoji
         WHERE host = :host AND shortcode > :after AND shortcode >= :beginning AND shortcode < :end
         ORDER BY shortcode LIMIT :limit
        """,
        host=host,
        after=after,
        beginning=beginning,
        end=f"{beginning}\U0010ffff",
        limit=limit,
    )
    return [Emoji(*row) for row in rows]


def sort(db: Writer, id: int, category: str | None, is_listed: int) -> None:
    """Where pickers show it, and whether."""
    db.run(
        "UPDATE emoji SET category = :category, is_listed = :listed WHERE id = :id",
        id=id,
        category=category,
        listed=is_listed,
    )


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM emoji WHERE id = :id", id=id)
