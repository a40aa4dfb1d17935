"""What the owner writes about the server at length, and the versions of its terms of service."""

from dataclasses import dataclass

from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class ServerText:
    """`source` is Markdown."""

    source: str
    html: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class Terms:
    """One version; `effective_on` is a day, `2026-12-01`."""

    effective_on: str
    source: str
    html: str
    published_at: int


TERMS = ", ".join(Terms.__slots__)


def find(db: Reader, name: str) -> ServerText | None:
    row = db.row("SELECT source, html, updated_at FROM server_text WHERE name = :name", name=name)
    return ServerText(*row) if row else None


def put(db: Writer, name: str, text: ServerText) -> None:
    db.run(
        """
        INSERT INTO server_text (name, source, html, updated_at) VALUES (:name, :source, :html, :updated_at)
        ON CONFLICT (name) DO UPDATE
            SET source = excluded.source, html = excluded.html, updated_at = excluded.updated_at
        """,
        name=name,
        source=text.source,
        html=text.html,
        updated_at=text.updated_at,
    )


def delete(db: Writer, name: str) -> None:
    db.run("DELETE FROM server_text WHERE name = :name", name=name)


def every_terms(db: Reader) -> list[Terms]:
    """All versions, the newest first."""
    return [Terms(*row) for row in db.rows(f"SELECT {TERMS} FROM server_terms ORDER BY effective_on DESC")]


def terms_in_force(db: Reader, day: str) -> Terms | None:
    """The version that holds on a day; before the first one holds, that one."""
    row = db.row(
        f"SELECT {TERMS} FROM server_terms WHERE effective_on <= :day ORDER BY effective_on DESC LIMIT 1",
        day=day,
    ) or db.row(f"SELECT {TERMS} FROM server_terms ORDER BY effective_on LIMIT 1")
    return Terms(*row) if row else None


def terms_of(db: Reader, day: str) -> Terms | None:
    """The version that holds from this day on."""
    row = db.row(f"SELECT {TERMS} FROM server_terms WHERE effective_on = :day", day=day)
    return Terms(*row) if row else None


def successor(db: Reader, day: str) -> str | None:
    """The day from which the next version holds."""
    found: str | None = db.value(
        "SELECT min(effective_on) FROM server_terms WHERE effective_on > :day", day=day
    )
    return found


def put_terms(db: Writer, terms: Terms) -> None:
    db.run(
        f"""
        INSERT INTO server_terms ({TERMS}) VALUES (:effective_on, :source, :html, :published_at)
        ON CONFLICT (effective_on) DO UPDATE
            SET source = excluded.source, html = excluded.html, published_at = excluded.published_at
        """,
        **{name: getattr(terms, name) for name in Terms.__slots__},
    )


def delete_terms(db: Writer, day: str) -> bool:
    """Whether there were such."""
    return db.run("DELETE FROM server_terms WHERE effective_on = :day", day=day) > 0
