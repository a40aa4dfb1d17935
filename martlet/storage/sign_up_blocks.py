"""Rules about who gets an account: four tables alike, each with an id and one thing that is there once."""

import json
from dataclasses import fields
from typing import TypeVar

from martlet.model.paging import Page
from martlet.model.sign_up_blocks import Block, IpSeverity
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among_words

B = TypeVar("B", bound=Block)


def _columns(kind: type[B]) -> str:
    return ", ".join(one.name for one in fields(kind))


def find(db: Reader, kind: type[B], id: int) -> B | None:
    row = db.row(f"SELECT {_columns(kind)} FROM {kind.kind} WHERE id = :id", id=id)
    return kind(*row) if row else None


def find_by_key(db: Reader, kind: type[B], key: str) -> B | None:
    """By what there is once of each: the domain, the network, the digest, the word."""
    row = db.row(f"SELECT {_columns(kind)} FROM {kind.kind} WHERE {kind.key} = :key", key=key)
    return kind(*row) if row else None


def page(db: Reader, kind: type[B], page: Page) -> list[B]:
    """The newest first."""
    rows = db.rows(
        f"""
        SELECT {_columns(kind)} FROM {kind.kind} WHERE id < :before AND id > :after
         ORDER BY id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [kind(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def every(db: Reader, kind: type[B]) -> list[B]:
    return [kind(*row) for row in db.rows(f"SELECT {_columns(kind)} FROM {kind.kind} ORDER BY id")]


def insert(db: Writer, block: Block) -> None:
    """Raises `AlreadyThere` for a second rule about the same."""
    values = {one.name: getattr(block, one.name) for one in fields(block)}
    db.run(
        f"INSERT INTO {block.kind} ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})",
        **values,
    )


def update(db: Writer, block: Block) -> None:
    """Raises `AlreadyThere` for a second rule about the same."""
    values = {one.name: getattr(block, one.name) for one in fields(block)}
    changes = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    db.run(f"UPDATE {block.kind} SET {changes} WHERE id = :id", **values)


def delete(db: Writer, kind: type[B], id: int) -> bool:
    return bool(db.run(f"DELETE FROM {kind.kind} WHERE id = :id", id=id))


# -- what is asked of them -----------------------------------------------


def has_domains(db: Reader) -> bool:
    return db.value("SELECT id FROM email_domain_block LIMIT 1") is not None


def blocked_domain(db: Reader, domains: list[str]) -> str | None:
    """One of the domains that is blocked."""
    found: str | None = db.value(
        f"SELECT domain FROM email_domain_block WHERE domain {among_words(db.dialect, 'domains')} LIMIT 1",
        domains=json.dumps(domains),
    )
    return found


def severities(db: Reader, networks: list[str], now: int) -> set[str]:
    """What the rules about these networks say, of those that have not run out."""
    rows = db.rows(
        f"""
        SELECT severity FROM ip_block
         WHERE network {among_words(db.dialect, "networks")} AND (expires_at IS NULL OR expires_at > :now)
        """,
        networks=json.dumps(networks),
        now=now,
    )
    return {row[0] for row in rows}


def closed_networks(db: Reader, now: int) -> list[str]:
    """From where nothing at all is answered."""
    rows = db.rows(
        """
        SELECT network FROM ip_block
         WHERE severity = :severity AND (expires_at IS NULL OR expires_at > :now) ORDER BY id
        """,
        severity=IpSeverity.NO_ACCESS,
        now=now,
    )
    return [row[0] for row in rows]


def drop_expired(db: Writer, before: int) -> None:
    db.run("DELETE FROM ip_block WHERE expires_at < :before", before=before)
