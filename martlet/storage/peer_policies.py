"""What was decided about other servers, by the operator and by block lists."""

import json
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from martlet.model.moderation import OPEN, OWN, Decision, Policy, Severity, decide, domains_of
from martlet.model.names import Uri, host_of
from martlet.model.paging import Page
from martlet.model.server import Server
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import among_words

COLUMNS = (
    "host, list_id, severity, is_allowed, refuses_media, refuses_reports, comment, note, is_obfuscated, id"
)


class Numbered(NamedTuple):
    """A decision with the id by which clients call it; it says when it was made."""

    id: int
    decision: Decision


def policy(db: Reader, host: str) -> Policy:
    """How a server is treated."""
    sql, names = _asking(host)
    rows = db.rows(sql, **names)
    return decide(_decision(*row) for row in rows) if rows else OPEN


@lru_cache(maxsize=4096)
def _asking(host: str) -> tuple[str, dict[str, str]]:
    """Asked at every door: names that are written out are found in half the time of a list."""
    names = {f"name_{at}": name for at, name in enumerate(domains_of(host))}
    return (
        f"""
        SELECT host, list_id, severity, is_allowed, refuses_media, refuses_reports
          FROM peer_policy WHERE host IN (:{", :".join(names)})
        """,
        names,
    )


FEW = 5
"""So many names are looked for one by one: a list would be sorted into a table of its own first."""


@lru_cache(maxsize=4096)
def undecided(host: str) -> tuple[str, Mapping[str, str]]:
    """A condition, with its parameters: that nothing is decided about a server. It holds for the empty name."""
    if not host:
        return "1 = 1", {}
    names = {f"name_{at}": name for at, name in enumerate(domains_of(host))}
    if len(names) <= FEW:
        return " AND ".join(
            f"NOT EXISTS (SELECT 1 FROM peer_policy WHERE host = :{name})" for name in names
        ), names
    return f"NOT EXISTS (SELECT 1 FROM peer_policy WHERE host IN (:{', :'.join(names)}))", names


@lru_cache(maxsize=4096)
def _names(host: str) -> str:
    return json.dumps(domains_of(host))


def is_refused(db: Reader, host: str, here: Server) -> bool:
    """Whether this server does not speak with another: nothing is taken from it and nothing goes there."""
    return not speaks_with(policy(db, host), here)


def is_refused_by_uri(db: Reader, uri: Uri, here: Server) -> bool:
    return is_refused(db, host_of(uri), here)


def speaks_with(policy: Policy, here: Server) -> bool:
    if policy.severity is Severity.SUSPEND:
        return False
    return here.federation == "open" or policy.is_allowed


class Book:
    """All decisions in memory, for asking of many servers at once."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._by_host: dict[str, list[Decision]] = {}
        for one in decisions:
            self._by_host.setdefault(one.host, []).append(one)

    def policy(self, host: str) -> Policy:
        return decide(one for domain in domains_of(host) for one in self._by_host.get(domain, ()))


def book(db: Reader) -> Book:
    rows = db.rows(
        "SELECT host, list_id, severity, is_allowed, refuses_media, refuses_reports FROM peer_policy"
    )
    return Book(_decision(*row) for row in rows)


def of(db: Reader, list_id: int) -> dict[str, Decision]:
    """All decisions of the operator (`OWN`) or of a block list, by their domain, the oldest first."""
    rows = db.rows(f"SELECT {COLUMNS} FROM peer_policy WHERE list_id = :list ORDER BY id", list=list_id)
    return {row[0]: _from_row(row) for row in rows}


def every(db: Reader) -> list[Decision]:
    """All that is decided, the operator's before what lists say."""
    return [_from_row(row) for row in db.rows(f"SELECT {COLUMNS} FROM peer_policy ORDER BY list_id, id")]


def about(db: Reader, host: str) -> list[Decision]:
    """All that is decided about a host and the domains above it, the nearest first, the operator's before lists'."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM peer_policy WHERE host {among_words(db.dialect, 'domains')}",
        domains=_names(host),
    )
    return sorted(map(_from_row, rows), key=lambda one: (-len(one.host), one.list_id))


def find_own(db: Reader, host: str) -> Decision | None:
    """What the operator decided about this very domain."""
    row = db.row(
        f"SELECT {COLUMNS} FROM peer_policy WHERE host = :host AND list_id = :own", host=host, own=OWN
    )
    return _from_row(row) if row else None


RESTRICTIONS = "(is_allowed = 0 OR severity <> 'none' OR refuses_media = 1 OR refuses_reports = 1)"
ALLOWANCES = "is_allowed = 1"


def page_of_own(db: Reader, which: Literal["restrictions", "allowances"], page: Page) -> list[Numbered]:
    """A page of what the operator decided, the newest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM peer_policy
         WHERE list_id = :own AND id < :before AND id > :after
           AND {RESTRICTIONS if which == "restrictions" else ALLOWANCES}
         ORDER BY id {page.order} LIMIT :limit
        """,
        own=OWN,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [Numbered(row[9], _from_row(row)) for row in rows]
    return found[::-1] if page.is_upward else found


def number_own(db: Reader, host: str) -> Numbered:
    """What the operator decided about this very domain. Something has to be decided."""
    row = db.rows(
        f"SELECT {COLUMNS} FROM peer_policy WHERE host = :host AND list_id = :own", host=host, own=OWN
    )[0]
    return Numbered(row[9], _from_row(row))


def find_own_by_id(db: Reader, id: int) -> Numbered | None:
    row = db.row(f"SELECT {COLUMNS} FROM peer_policy WHERE list_id = :own AND id = :id", own=OWN, id=id)
    return Numbered(row[9], _from_row(row)) if row else None


def put(db: Writer, decision: Decision, id: int) -> None:
    """A decision, in place of one about the same domain that the same decided before."""
    policy = decision.policy
    db.run(
        f"""
        INSERT INTO peer_policy ({COLUMNS})
        VALUES (:host, :list, :severity, :allowed, :media, :reports, :comment, :note, :obfuscated, :id)
        ON CONFLICT (host, list_id) DO UPDATE SET
            severity = excluded.severity, is_allowed = excluded.is_allowed, refuses_media = excluded.refuses_media,
            refuses_reports = excluded.refuses_reports, comment = excluded.comment, note = excluded.note,
            is_obfuscated = excluded.is_obfuscated
        """,
        host=decision.host,
        list=decision.list_id,
        severity=policy.severity.value,
        allowed=int(policy.is_allowed),
        media=int(policy.refuses_media),
        reports=int(policy.refuses_reports),
        comment=decision.comment,
        note=decision.note,
        obfuscated=int(decision.is_obfuscated),
        id=id,
    )


def delete(db: Writer, list_id: int, hosts: Collection[str]) -> int:
    """Forget what was decided about domains; returns about how many."""
    return sum(
        db.run("DELETE FROM peer_policy WHERE host = :host AND list_id = :list", host=host, list=list_id)
        for host in hosts
    )


def delete_all(db: Writer, list_id: int) -> None:
    db.run("DELETE FROM peer_policy WHERE list_id = :list", list=list_id)


def counts(db: Reader) -> Mapping[str, int]:
    """How many domains the operator has limited, suspended, allowed, by `limit`, `suspend`, `allowed`."""
    row = db.rows(
        """
        SELECT count(CASE WHEN severity = 'limit' THEN 1 END), count(CASE WHEN severity = 'suspend' THEN 1 END),
               count(CASE WHEN is_allowed = 1 THEN 1 END)
          FROM peer_policy WHERE list_id = :own
        """,
        own=OWN,
    )[0]
    return {"limit": int(row[0]), "suspend": int(row[1]), "allowed": int(row[2])}


def _decision(
    host: str, list_id: int, severity: str, is_allowed: int, refuses_media: int, refuses_reports: int
) -> Decision:
    policy = Policy(Severity(severity), bool(is_allowed), bool(refuses_media), bool(refuses_reports))
    return Decision(host, policy, list_id)


def _from_row(row: Row) -> Decision:
    plain = _decision(*row[:6])
    return Decision(plain.host, plain.policy, plain.list_id, row[6], row[7], bool(row[8]))
