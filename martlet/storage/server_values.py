"""What the server keeps about itself: values, rules, counts."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Rule:
    id: int
    text: str
    hint: str
    translations: str = "{}"
    """JSON: {language: {text, hint}}"""

    @property
    def in_languages(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self.translations)
        return found

    def said_in(self, language: str) -> tuple[str, str]:
        """Text and hint in a language or its main language, where somebody translated them."""
        known = self.in_languages
        for name in (language, language.replace("_", "-").partition("-")[0]):
            if name in known:
                return known[name]["text"], known[name]["hint"]
        return self.text, self.hint


RULE_COLUMNS = "id, text, hint, translations"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is here: people who joined, those of them who were here lately, their posts, servers known."""

    users: int
    active_month: int
    active_half_year: int
    posts: int
    peers: int


_DAY = 86_400_000
MONTH, HALF_YEAR = 4 * 7 * _DAY, 24 * 7 * _DAY
"""In whole weeks, as Mastodon counts them."""


def find(db: Reader, name: str) -> str | None:
    value: str | None = db.value("SELECT value FROM server_value WHERE name = :name", name=name)
    return value


def named(db: Reader, names: Collection[str]) -> dict[str, str]:
    """Those of the values that there are."""
    bound = {f"name_{at}": name for at, name in enumerate(names)}
    rows = db.rows(f"SELECT name, value FROM server_value WHERE name IN (:{', :'.join(bound)})", **bound)
    return {row[0]: row[1] for row in rows}


def put(db: Writer, name: str, value: str) -> None:
    db.run(
        """
        INSERT INTO server_value (name, value) VALUES (:name, :value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        name=name,
        value=value,
    )


def put_first(db: Writer, name: str, value: str) -> str:
    """Keep a value unless there is one; returns the one that is kept."""
    db.run(
        "INSERT INTO server_value (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING",
        name=name,
        value=value,
    )
    return find(db, name) or value


def delete(db: Writer, name: str) -> None:
    db.run("DELETE FROM server_value WHERE name = :name", name=name)


def take(db: Writer, name: str, value: str) -> bool:
    """Whether the value was there; it is no longer. Of two who take it at once, one is told no."""
    return (
        db.run("DELETE FROM server_value WHERE name = :name AND value = :value", name=name, value=value) == 1
    )


def rules(db: Reader) -> list[Rule]:
    """Those in force, in their order."""
    rows = db.rows(f"SELECT {RULE_COLUMNS} FROM server_rule WHERE deleted_at IS NULL ORDER BY position, id")
    return [Rule(*row) for row in rows]


def put_rules(db: Writer, found: list[Rule]) -> None:
    """Replace all rules."""
    db.run("DELETE FROM server_rule")
    db.run_each(
        f"INSERT INTO server_rule ({RULE_COLUMNS}, position) VALUES (:id, :text, :hint, :translations, :position)",
        (
            {
                "id": rule.id,
                "text": rule.text,
                "hint": rule.hint,
                "translations": rule.translations,
                "position": position,
            }
            for position, rule in enumerate(found)
        ),
    )


def counts(db: Reader, now: int) -> Counts:
    """Costs a look at each account, so it grows with the people, not with what they wrote: see `services.counting`."""
    row = db.rows(
        """
        SELECT count(*), coalesce(sum(account.posts_count), 0)
          FROM users JOIN account ON account.id = users.account_id
         WHERE users.confirmed_at IS NOT NULL AND users.approved_at IS NOT NULL
        """
    )[0]
    peers = db.value("SELECT count(DISTINCT host) FROM account WHERE host <> ''")
    month, half_year = _active(db, now - MONTH), _active(db, now - HALF_YEAR)
    return Counts(int(row[0]), month, half_year, int(row[1]), int(peers))


def _active(db: Reader, since: int) -> int:
    """How many people were here since then."""
    return int(db.value("SELECT count(*) FROM users WHERE seen_at >= :since", since=since))


def find_owner(db: Reader) -> AccountId | None:
    """The account of whoever owns this server: the first owner, else the first admin."""
    owner: int | None = db.value(
        """
        SELECT account_id FROM users WHERE role <> 'user' AND role IN ('owner', 'admin')
         ORDER BY CASE role WHEN 'owner' THEN 0 ELSE 1 END, id LIMIT 1
        """
    )
    return None if owner is None else AccountId(owner)
