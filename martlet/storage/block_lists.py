"""Block lists subscribed to: where they are, and what came of the last attempts to fetch them."""

from dataclasses import dataclass

from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class BlockList:
    """One row of `block_list`."""

    id: int
    url: str
    etag: str
    modified: str
    domains: int
    fetched_at: int | None
    failure: str
    failing_since: int | None
    created_at: int


COLUMNS = ", ".join(BlockList.__slots__)


def every(db: Reader) -> list[BlockList]:
    return [BlockList(*row) for row in db.rows(f"SELECT {COLUMNS} FROM block_list ORDER BY id")]


def find(db: Reader, id: int) -> BlockList | None:
    row = db.row(f"SELECT {COLUMNS} FROM block_list WHERE id = :id", id=id)
    return BlockList(*row) if row else None


def find_by_url(db: Reader, url: str) -> BlockList | None:
    row = db.row(f"SELECT {COLUMNS} FROM block_list WHERE url = :url", url=url)
    return BlockList(*row) if row else None


def insert(db: Writer, id: int, url: str, now: int) -> None:
    """Raises `AlreadyThere`."""
    db.run("INSERT INTO block_list (id, url, created_at) VALUES (:id, :url, :now)", id=id, url=url, now=now)


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM block_list WHERE id = :id", id=id)


def fetched(db: Writer, id: int, domains: int, etag: str, modified: str, now: int) -> None:
    """Note a successful fetch: how many domains, and what to ask with whether it has changed."""
    db.run(
        """
        UPDATE block_list SET domains = :domains, etag = :etag, modified = :modified, fetched_at = :now,
                              failure = '', failing_since = NULL
         WHERE id = :id
        """,
        id=id,
        domains=domains,
        etag=etag,
        modified=modified,
        now=now,
    )


def unchanged(db: Writer, id: int, now: int) -> None:
    db.run(
        "UPDATE block_list SET fetched_at = :now, failure = '', failing_since = NULL WHERE id = :id",
        id=id,
        now=now,
    )


def failed(db: Writer, id: int, failure: str, now: int) -> None:
    db.run(
        """
        UPDATE block_list SET failure = :failure, failing_since = coalesce(failing_since, :now) WHERE id = :id
        """,
        id=id,
        failure=failure,
        now=now,
    )
